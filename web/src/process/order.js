// The flow elements of a diagram in the order in which work passes them, and how to put one after
// another: what the step table does.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

const GAP = 150;

/** All flow nodes, along the flows from where they begin; what is not reached comes last. */
export function inOrder(elementRegistry) {
  const nodes = elementRegistry.filter((one) => is(one, 'bpmn:FlowNode') && one.type !== 'label');
  const found = new Set();
  const follow = (first) => {
    const waiting = [first];
    while (waiting.length) {
      const node = waiting.shift();
      if (found.has(node)) continue;
      found.add(node);
      for (const flow of node.outgoing) if (is(flow, 'bpmn:SequenceFlow')) waiting.push(flow.target);
      for (const child of node.children ?? []) if (is(child, 'bpmn:StartEvent')) waiting.unshift(child);
      for (const edge of node.attachers ?? []) waiting.push(edge);
    }
  };
  const byPlace = (a, b) => a.y - b.y || a.x - b.x;
  nodes.filter((one) => is(one, 'bpmn:StartEvent')).sort(byPlace).forEach(follow);
  nodes.filter((one) => !one.incoming.length && !is(one, 'bpmn:BoundaryEvent')).sort(byPlace).forEach(follow);
  nodes.sort(byPlace).forEach((one) => found.add(one));
  return [...found];
}

export class Order {
  constructor(modeling, elementFactory, commandStack, spaceTool, bpmnFactory, autoPlace) {
    Object.assign(this, { modeling, elementFactory, commandStack, spaceTool, bpmnFactory, autoPlace });
  }

  /** Put new shapes, joined in a row, between an element and what follows it; one step to undo. */
  insertAfter(source, make) {
    let made = null;
    this.commandStack.execute('jc.compose', { act: () => { made = this.insert(source, make); } });
    return made;
  }

  insert(source, make) {
    const next = source.outgoing.filter((one) => is(one, 'bpmn:SequenceFlow'));
    const following = next.length === 1 ? next[0] : null;
    const widths = make.length * GAP;
    if (following && this.tight(source, following.target, widths)) this.makeRoom(source, widths);
    const y = source.y + source.height / 2;
    let last = source;
    let x = source.x + source.width;
    const shapes = make.map((attrs) => {
      const shape = this.elementFactory.createShape(attrs);
      const left = x + GAP - 100;
      x = left + shape.width;
      return this.modeling.createShape(shape, { x: left + shape.width / 2, y }, source.parent);
    });
    if (following) this.modeling.reconnectStart(following, shapes.at(-1), { x: shapes.at(-1).x + shapes.at(-1).width, y });
    for (const shape of shapes) {
      this.modeling.connect(last, shape);
      last = shape;
    }
    return shapes;
  }

  tight(source, target, wanted) {
    return target.x > source.x && target.x - source.x - source.width < wanted + 40;
  }

  /** Move all that lies to the right of an element further right, pools and lanes growing. */
  makeRoom(source, by) {
    const start = source.x + source.width + 10;
    const root = source.parent.parent && isAny(source.parent, ['bpmn:Participant']) ? source.parent.parent : source.parent;
    const all = [];
    const walk = (one) => { all.push(one); (one.children ?? []).forEach(walk); };
    (root.children ?? []).forEach(walk);
    const { movingShapes, resizingShapes } = this.spaceTool.calculateAdjustments(all, 'x', by, start);
    this.spaceTool.makeSpace(movingShapes, resizingShapes, { x: by, y: 0 }, 'e', start);
  }
}
Order.$inject = ['modeling', 'elementFactory', 'commandStack', 'spaceTool', 'bpmnFactory', 'autoPlace'];

export default { __init__: ['order'], order: ['type', Order] };
