// What the tool offers to draw and the engine never runs is left out: nobody draws what publishing
// refuses whatever is set.
import { is } from 'bpmn-js/lib/util/ModelUtil';

const NEVER = /data-store|none-boundary-event/;
/** Only event sub-processes begin by a condition. */
const BY_CONDITION = /conditional-start/;
const LAST = 100;

export class Offers {
  constructor(palette, popupMenu) {
    palette.registerProvider(LAST, { getPaletteEntries: () => (entries) => without(entries, NEVER) });
    for (const menu of ['bpmn-append', 'bpmn-create', 'bpmn-replace']) {
      popupMenu.registerProvider(menu, LAST, { getPopupMenuEntries: (target) => (entries) => without(without(entries, NEVER), insideEventSubProcess(target) ? null : BY_CONDITION) });
    }
  }
}
Offers.$inject = ['palette', 'popupMenu'];

function without(entries, unwanted) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !unwanted?.test(name)));
}

function insideEventSubProcess(target) {
  return !Array.isArray(target) && is(target, 'bpmn:StartEvent') && Boolean(target.parent?.businessObject.triggeredByEvent);
}

export default { __init__: ['offers'], offers: ['type', Offers] };
