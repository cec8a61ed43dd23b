// For readers of English: names in the drawing, in the search and while a label is written are
// the elements' English ones, where they have one. The diagram itself keeps both.
import BaseRenderer from 'diagram-js/lib/draw/BaseRenderer';
import LabelEditingProvider from 'bpmn-js/lib/features/label-editing/LabelEditingProvider';
import BpmnSearchProvider from 'bpmn-js/lib/features/search/BpmnSearchProvider';
import { chinese } from '../shared/i18n.js';
import { object, property } from './dialect.js';

const BEFORE_OTHERS = 1500;
// As wide as the drawing tool makes a label that nobody has sized.
const LABEL_WIDTH = 90;
const english = (element) => (object(element)?.get?.('name') === undefined ? '' : property(element, 'jc:name.en'));

/** Do something while elements are called by their English names. */
function inEnglish(elements, act) {
  const changed = elements.map((one) => [object(one), english(one)]).filter(([, name]) => name).map(([bo, name]) => [bo, bo.name, name]);
  for (const [bo, , name] of changed) bo.name = name;
  try {
    return act();
  } finally {
    for (const [bo, name] of changed.reverse()) bo.name = name;
  }
}

class EnglishRenderer extends BaseRenderer {
  constructor(eventBus, bpmnRenderer, elementRegistry, graphicsFactory) {
    super(eventBus, BEFORE_OTHERS);
    this.others = bpmnRenderer;
    // A label outside its shape is a shape of its own, which does not know that it changed.
    eventBus.on('elements.changed', ({ elements }) => elements.filter((one) => one.label).forEach(({ label }) => {
      graphicsFactory.update('shape', label, elementRegistry.getGraphics(label));
    }));
  }

  canRender(element) {
    return Boolean(english(element));
  }

  drawShape(parent, element, attrs) {
    const { width } = element;
    if (!element.labelTarget || width >= LABEL_WIDTH) return inEnglish([element], () => this.others.drawShape(parent, element, attrs));
    // Chinese names leave room for few letters.
    element.width = LABEL_WIDTH;
    try {
      const drawn = inEnglish([element], () => this.others.drawShape(parent, element, attrs));
      drawn?.setAttribute('transform', `translate(${(width - LABEL_WIDTH) / 2} 0)`);
      return drawn;
    } finally {
      element.width = width;
    }
  }

  drawConnection(parent, element, attrs) {
    return this.others.drawConnection(parent, element, attrs);
  }

  getShapePath(element) {
    return this.others.getShapePath(element);
  }

  getConnectionPath(element) {
    return this.others.getConnectionPath(element);
  }
}
EnglishRenderer.$inject = ['eventBus', 'bpmnRenderer', 'elementRegistry', 'graphicsFactory'];

class EnglishLabels extends LabelEditingProvider {
  constructor(dialect, ...others) {
    super(...others);
    this.dialect = dialect;
  }

  activate(element) {
    return inEnglish([element], () => super.activate(element));
  }

  update(element, text, ...others) {
    if (english(element)) this.dialect.setProperty(element.labelTarget ?? element, 'jc:name.en', text.trim());
    else super.update(element, text, ...others);
  }
}
EnglishLabels.$inject = ['dialect', ...LabelEditingProvider.$inject];

class EnglishSearch extends BpmnSearchProvider {
  constructor(elementRegistry, ...others) {
    super(elementRegistry, ...others);
    this.all = () => elementRegistry.getAll();
  }

  find(pattern) {
    return inEnglish(this.all(), () => super.find(pattern));
  }
}
EnglishSearch.$inject = BpmnSearchProvider.$inject;

export default chinese ? {} : {
  __init__: ['englishRenderer'],
  englishRenderer: ['type', EnglishRenderer],
  labelEditingProvider: ['type', EnglishLabels],
  bpmnSearch: ['type', EnglishSearch],
};
