// Finding one's way in a DMN document: which decision and which row an id belongs to.

/** Map every id to {decision, rule?, number?}, rules with their row's number from 1. */
export function placesOf(definitions) {
  const places = new Map();
  for (const element of definitions?.drgElement ?? []) {
    const about = { decision: element };
    places.set(element.id, about);
    const logic = element.decisionLogic;
    if (!logic) continue;
    if (logic.id) places.set(logic.id, about);
    for (const column of [...(logic.input ?? []), ...(logic.output ?? [])]) {
      places.set(column.id, about);
      if (column.inputExpression?.id) places.set(column.inputExpression.id, about);
    }
    (logic.rule ?? []).forEach((rule, at) => {
      const place = { decision: element, rule, number: at + 1 };
      places.set(rule.id, place);
      for (const cell of [...(rule.inputEntry ?? []), ...(rule.outputEntry ?? [])]) places.set(cell.id, place);
    });
  }
  return places;
}

const WIDE = 180;
const HIGH = 80;
const KINDS = ['informationRequirement', 'knowledgeRequirement', 'authorityRequirement'];

/** Give a document without a diagram one: what others require stands below them. */
export function drawDiagram(definitions) {
  const model = definitions.$model;
  const elements = definitions.drgElement ?? [];
  const byId = new Map(elements.map((one) => [one.id, one]));
  const links = elements.flatMap((element) => KINDS.flatMap((kind) => (element.get?.(kind) ?? []).map((link) => {
    const needed = link.requiredDecision ?? link.requiredInput ?? link.requiredKnowledge ?? link.requiredAuthority;
    return { link, from: byId.get((needed?.href ?? '').replace(/^.*#/, '')), to: element };
  }))).filter(({ from }) => from);
  const depth = new Map(elements.map((one) => [one, 0]));
  // As often as there are elements: a circle would never come to rest.
  for (let round = 0; round < elements.length; round += 1) {
    for (const { from, to } of links) depth.set(from, Math.max(depth.get(from), Math.min(depth.get(to) + 1, elements.length)));
  }
  const rows = new Map();
  const shapes = elements.map((element) => {
    const row = depth.get(element);
    const place = rows.get(row) ?? 0;
    rows.set(row, place + 1);
    const bounds = model.create('dc:Bounds', { x: 160 + place * (WIDE + 60), y: 80 + row * (HIGH + 80), width: WIDE, height: HIGH });
    return model.create('dmndi:DMNShape', { id: `${element.id}_shape`, dmnElementRef: element, bounds });
  });
  const boundsOf = new Map(shapes.map((shape) => [shape.dmnElementRef, shape.bounds]));
  const edges = links.map(({ link, from, to }, at) => {
    const [low, high] = [boundsOf.get(from), boundsOf.get(to)];
    link.id ??= `${to.id}_needs_${at + 1}`;
    const waypoint = [
      model.create('dc:Point', { x: low.x + WIDE / 2, y: low.y }),
      model.create('dc:Point', { x: high.x + WIDE / 2, y: high.y + HIGH }),
    ];
    return model.create('dmndi:DMNEdge', { id: `${link.id}_edge`, dmnElementRef: link, waypoint });
  });
  const diagram = model.create('dmndi:DMNDiagram', { id: `${definitions.id}_diagram`, diagramElements: [...shapes, ...edges] });
  definitions.dmnDI = model.create('dmndi:DMNDI', { diagrams: [diagram] });
  diagram.$parent = definitions.dmnDI;
  definitions.dmnDI.$parent = definitions;
  for (const part of diagram.diagramElements) part.$parent = diagram;
}

/** A command that sets properties as they are given, arrays too; works with undo. */
export class SetProperties {
  execute(context) {
    const { element, properties } = context;
    context.before = Object.fromEntries(Object.keys(properties).map((name) => [name, element.get(name)]));
    for (const [name, value] of Object.entries(properties)) element.set(name, value);
    return [element];
  }

  revert({ element, before }) {
    for (const [name, value] of Object.entries(before)) element.set(name, value);
    return [element];
  }
}
