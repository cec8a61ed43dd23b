// A drawing on which it is painted what scenarios reach, or the way of one of them. Nothing is told
// by colour alone: numbers stand on the elements, and what no scenario reaches has a dashed outline.
import Viewer from 'bpmn-js/lib/Viewer';
import camundaModdle from 'camunda-bpmn-moddle/resources/camunda.json';
import { button, el, fill, sign } from './dom.js';
import { inLanguage, translator } from './i18n.js';
import { inReadersWords } from './reading.js';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './walked.css';

const words = translator({
  'The drawing': '流程图',
  'What is shown': '显示',
  'How many scenarios reach each element': '各环节有几个场景走到',
  'The way of “{name}”': '“{name}”走的路',
  'The way of “{name}” (fails)': '“{name}”走的路（未通过）',
  'Larger': '放大',
  'Smaller': '缩小',
  'All of it': '全图',
  'reached; the number of scenarios stands on it': '走到过，数字是场景个数',
  'never reached (dashed, 0)': '没有走到（虚线，0）',
  'on its way; numbers tell the order': '走过，数字是先后次序',
  'where it departs (≠)': '走岔之处（≠）',
  'open now (…)': '现在的待办（…）',
  'where it should have gone (dashed, ?)': '应到之处（虚线，?）',
  '{reached} of {all} elements and {taken} of {flows} flows are reached.': '环节 {reached} / {all}、连线 {taken} / {flows} 有场景走到。',
  'It goes as it says, in {count} steps.': '按所写的路走通，共 {count} 步。',
  'At step {place}, after “{before}”: expected “{wanted}”, but it went to “{actual}”.': '第 {place} 步，“{before}”之后：应到“{wanted}”，实际到“{actual}”。',
  'It stops after “{last}”.': '停在“{last}”之后。',
  'the start': '开始',
  'the end': '结束',
  'nothing more': '没有再走',
  'Open the drawing of the called process “{name}”': '打开所调用的流程“{name}”的图',
  'This diagram cannot be drawn; the table has all of it.': '图不能画出，表格里有全部内容。',
});

const colours = {
  hit: { stroke: '#1c7a58', fill: '#e5f3ed' },
  miss: { stroke: '#b5301e', fill: '#ffffff' },
  way: { stroke: '#17598f', fill: '#e9f1f8' },
  wrong: { stroke: '#b5301e', fill: '#fbe9e6' },
  wanted: { stroke: '#8a5a00', fill: '#fcf2dc' },
  open: { stroke: '#8a5a00', fill: '#fcf2dc' },
  rest: { stroke: '#8f99a3', fill: '#ffffff' },
};
const MARKS = Object.keys(colours).map((name) => `walked-${name}`);
const PADDING = 40;
const LARGEST = 1.25;

/** Where a scenario departs from the path that it says: {place, before, wanted, actual}, or null. */
export function departure({ passed, path, expected }) {
  if (passed || !expected.length) return null;
  const length = Math.max(path.length, expected.length);
  for (let place = 0; place < length; place += 1) {
    if (path[place] !== expected[place]) {
      return { place: place + 1, before: expected[place - 1] ?? null, wanted: expected[place] ?? null, actual: path[place] ?? null };
    }
  }
  return null;
}

/**
 * The drawing with its tools. `link(processId)` gives the address of a called process's drawing.
 * After `draw(xml)`, `cover({elements, flows})` and `walk(scenario)` paint.
 */
export class WalkedDrawing {
  constructor({ label, link }) {
    this.link = link;
    this.names = new Map();
    this.scale = 1;
    this.sheet = el('div', { class: 'walked-sheet' });
    this.box = el('div', { class: 'walked-box', tabindex: '0', role: 'group', 'aria-label': label ?? words('The drawing') }, this.sheet);
    this.legend = el('ul', { class: 'walked-legend' });
    this.told = el('p', { class: 'walked-told', role: 'status' });
    this.zooms = el('span', { class: 'walked-zooms' },
      sign('−', words('Smaller'), () => this.zoom(this.scale / 1.25)),
      sign('+', words('Larger'), () => this.zoom(this.scale * 1.25)),
      button(words('All of it'), () => this.fit(), { kind: 'btn g sm' }));
    this.element = el('div', { class: 'walked' }, this.told, this.box, this.legend);
  }

  /** Draw a diagram; false where it cannot be. */
  async draw(xml) {
    this.viewer?.destroy();
    this.viewer = new Viewer({
      container: this.sheet,
      moddleExtensions: { camunda: camundaModdle },
      textRenderer: { defaultStyle: { fontSize: 13 } },
    });
    try {
      await this.viewer.importXML(inReadersWords(xml));
    } catch (error) {
      console.info(error.message);
      fill(this.element, el('p', { class: 'note-bar warn' }, words('This diagram cannot be drawn; the table has all of it.')));
      return false;
    }
    this.parts = this.viewer.get('elementRegistry').filter((one) => one.di && one.parent && one.type !== 'label');
    this.zoom(Math.max(0.75, this.fitting()));
    return true;
  }

  /** Show how many scenarios reach each: {id: {name: {zh, en}, reached}}. */
  cover({ elements, flows }) {
    this.covered = { elements, flows };
    this.remember(elements, flows);
    this.clean();
    for (const part of this.parts) {
      const known = elements[part.id] ?? flows[part.id];
      if (!known) continue;
      this.paint(part, known.reached ? 'hit' : 'miss');
      if (elements[part.id] || !known.reached) this.badge(part, String(known.reached), known.reached ? 'hit' : 'miss');
    }
    const count = (all) => Object.values(all).filter((one) => one.reached).length;
    this.say(words('{reached} of {all} elements and {taken} of {flows} flows are reached.', {
      reached: count(elements), all: Object.keys(elements).length, taken: count(flows), flows: Object.keys(flows).length,
    }), [['hit', 'reached; the number of scenarios stands on it'], ['miss', 'never reached (dashed, 0)']]);
  }

  /** Show nothing but the drawing. */
  plain() {
    this.clean();
    for (const part of this.parts) this.paint(part, 'none');
    this.say('', []);
  }

  /** Show the way of one scenario: {processId, passed, problem, path, expected, flows, waiting}. */
  walk(walk) {
    this.clean();
    const orders = new Map();
    walk.path.forEach((id, place) => orders.set(id, [...(orders.get(id) ?? []), place + 1]));
    const parted = departure(walk);
    const taken = new Set(walk.flows);
    const open = new Set((walk.waiting ?? []).map((one) => (one.startsWith(`${walk.processId}.`) ? one.slice(walk.processId.length + 1) : '')));
    for (const part of this.parts) {
      const places = orders.get(part.id);
      const kind = part.id === parted?.actual ? 'wrong' : part.id === parted?.wanted ? 'wanted' : open.has(part.id) ? 'open' : places || taken.has(part.id) ? 'way' : 'rest';
      this.paint(part, kind);
      if (places) this.badge(part, shortened(places), kind);
      if (kind === 'wrong') this.badge(part, '≠', 'wrong', 'left');
      if (kind === 'wanted') this.badge(part, '?', 'wanted', 'left');
      if (open.has(part.id)) this.badge(part, '…', 'open', 'left');
    }
    this.say(this.sentence(walk, parted), [
      ['way', 'on its way; numbers tell the order'],
      ...(open.size > (open.has('') ? 1 : 0) ? [['open', 'open now (…)']] : []),
      ...(parted?.actual ? [['wrong', 'where it departs (≠)']] : []),
      ...(parted?.wanted ? [['wanted', 'where it should have gone (dashed, ?)']] : []),
    ], walk.passed ? '' : 'bad');
    const first = parted?.actual ?? parted?.wanted ?? [...open].find(Boolean) ?? walk.path.at(-1);
    if (first) this.show(first);
  }

  sentence(walk, parted) {
    if (walk.passed) return words('It goes as it says, in {count} steps.', { count: walk.path.length });
    if (!parted) return inLanguage(walk.problem);
    return words('At step {place}, after “{before}”: expected “{wanted}”, but it went to “{actual}”.', {
      place: parted.place,
      before: parted.before ? this.name(parted.before) : words('the start'),
      wanted: parted.wanted ? this.name(parted.wanted) : words('the end'),
      actual: parted.actual ? this.name(parted.actual) : words('nothing more'),
    });
  }

  remember(...known) {
    for (const all of known) for (const [id, { name }] of Object.entries(all)) this.names.set(id, inLanguage(name));
  }

  name(id) {
    return this.names.get(id) ?? id;
  }

  say(text, legend, kind = '') {
    this.told.className = `walked-told ${kind}`;
    this.told.textContent = text;
    fill(this.legend, legend.map(([name, said]) => el('li', { class: `walked-is-${name}` }, words(said))));
  }

  clean() {
    const canvas = this.viewer.get('canvas');
    this.viewer.get('overlays').clear();
    for (const part of this.parts) for (const mark of MARKS) canvas.removeMarker(part, mark);
    for (const part of this.parts) this.callee(part);
  }

  /** Colour by the drawing's own data, so that icons and arrow heads follow. */
  paint(part, kind) {
    const registry = this.viewer.get('elementRegistry');
    for (const one of [part, registry.get(`${part.id}_label`)]) {
      if (!one) continue;
      one.di.set('bioc:stroke', colours[kind]?.stroke);
      if (!one.waypoints) one.di.set('bioc:fill', colours[kind]?.fill);
      this.viewer.get('graphicsFactory').update(one.waypoints ? 'connection' : 'shape', one, registry.getGraphics(one));
    }
    if (colours[kind]) this.viewer.get('canvas').addMarker(part, `walked-${kind}`);
  }

  badge(part, text, kind, side = 'right') {
    const html = el('span', { class: `walked-badge walked-is-${kind}`, 'aria-hidden': 'true' }, text);
    let position = side === 'right' ? { top: -10, right: 12 } : { top: -10, left: -8 };
    if (part.waypoints) {
      const box = boxOf(part);
      const { x, y } = middle(part.waypoints);
      position = { left: x - box.x - 9, top: y - box.y - 9 };
    }
    this.viewer.get('overlays').add(part, { position, html, scale: { min: 0.75, max: 1 } });
  }

  callee(part) {
    const called = part.businessObject.calledElement;
    if (!called || !this.link) return;
    const name = part.businessObject.name || called;
    this.viewer.get('overlays').add(part, {
      position: { bottom: 12, right: 14 },
      html: el('a', { class: 'walked-call', href: this.link(called), title: words('Open the drawing of the called process “{name}”', { name }), 'aria-label': words('Open the drawing of the called process “{name}”', { name }) }, '↗'),
      scale: { min: 0.75, max: 1 },
    });
  }

  fit() {
    this.zoom(this.fitting());
  }

  fitting() {
    return Math.min(1, (this.box.clientWidth - 2) / this.bounds().width);
  }

  /** Show it as large; the box scrolls as pages do, by wheel, finger and arrow keys. */
  zoom(scale) {
    this.scale = Math.max(0.2, Math.min(LARGEST, scale));
    const bounds = this.bounds();
    this.sheet.style.width = `${Math.ceil(bounds.width * this.scale)}px`;
    this.sheet.style.height = `${Math.ceil(bounds.height * this.scale)}px`;
    const canvas = this.viewer.get('canvas');
    canvas.resized();
    canvas.viewbox(bounds);
  }

  bounds() {
    const { inner } = this.viewer.get('canvas').viewbox();
    return { x: inner.x - PADDING, y: inner.y - PADDING, width: inner.width + 2 * PADDING, height: inner.height + 2 * PADDING };
  }

  /** Bring an element to the middle of the box. */
  show(id) {
    const part = this.viewer.get('elementRegistry').get(id);
    if (!part) return;
    const bounds = this.bounds();
    const box = boxOf(part);
    this.box.scrollTo({
      left: (box.x + box.width / 2 - bounds.x) * this.scale - this.box.clientWidth / 2,
      top: (box.y + box.height / 2 - bounds.y) * this.scale - this.box.clientHeight / 2,
    });
  }
}

/** A choice between all scenarios and the way of one, for a drawing that is `cover`ed. */
export function walkChoice(drawing, walks) {
  const choose = el('select', {
    onchange: () => (choose.value ? drawing.walk(walks[Number(choose.value) - 1]) : drawing.cover(drawing.covered)),
  }, el('option', { value: '' }, words('How many scenarios reach each element')),
  walks.map((one, place) => el('option', { value: String(place + 1) },
    words(one.passed ? 'The way of “{name}”' : 'The way of “{name}” (fails)', { name: inLanguage(one.said ?? { zh: one.name, en: one.name }) }))));
  return el('label', { class: 'walked-choice' }, el('span', {}, words('What is shown')), choose);
}

function shortened(places) {
  return places.length > 3 ? `${places.slice(0, 2).join('·')}…${places.at(-1)}` : places.join('·');
}

function boxOf(part) {
  if (!part.waypoints) return part;
  const xs = part.waypoints.map(({ x }) => x);
  const ys = part.waypoints.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The point half way along a line. */
function middle(points) {
  const lengths = points.slice(1).map((to, place) => Math.hypot(to.x - points[place].x, to.y - points[place].y));
  let left = lengths.reduce((sum, one) => sum + one, 0) / 2;
  const place = lengths.findIndex((one) => (left -= one) <= 0);
  const [from, to] = [points[place], points[place + 1]];
  const part = 1 + left / (lengths[place] || 1);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
