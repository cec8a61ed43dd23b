// Two versions of a diagram beside each other: what differs is coloured in both, both move
// together, and each sentence of the list leads to its element.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import camundaModdle from 'camunda-bpmn-moddle/resources/camunda.json';
import { chinese } from '../shared/i18n.js';
import { post } from '../shared/api.js';
import { together as tablesTogether } from './rows.js';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './comparison.css';

// The mineral pigments of app.css: malachite added, cinnabar removed, azurite changed.
const colours = {
  added: { stroke: '#1c7a58', fill: '#e5f3ed' },
  removed: { stroke: '#b5301e', fill: '#fbe9e6' },
  changed: { stroke: '#17598f', fill: '#e9f1f8' },
  moved: { stroke: '#8a5a00', fill: '#fcf2dc' },
};
// Where two versions came from a third, it matters whose a change is.
colours.ours = colours.changed;
colours.theirs = colours.added;
colours.conflict = colours.removed;
const ranks = ['moved', 'changed', 'removed', 'added'];
const narrow = matchMedia('(max-width: 900px)');

/** Draw one version into its canvas; null where that side has none. */
async function draw(place, xml) {
  if (!xml) return null;
  const viewer = new NavigatedViewer({
    container: place,
    moddleExtensions: { camunda: camundaModdle },
    textRenderer: { defaultStyle: { fontSize: 13 } },
  });
  await viewer.importXML(xml);
  return viewer;
}

/** The colour of each element: the strongest kind of what is said of it. */
function kinds(changes) {
  const found = new Map();
  for (const { elementId, kind } of changes) {
    if (ranks.indexOf(kind) > ranks.indexOf(found.get(elementId) ?? '')) found.set(elementId, kind);
  }
  return found;
}

/** The elements that the page names under a word. */
function named(pictures, word) {
  return (pictures.dataset[word] ?? '').split(' ').filter(Boolean);
}

/** Whose each change is, where the page says it; a conflict is of both. */
function owners(pictures) {
  const words = { theirs: 'theirs', ours: 'ours', conflicts: 'conflict' };
  return new Map(Object.entries(words).flatMap(([word, kind]) => named(pictures, word).map((id) => [id, kind])));
}

/** Everything that is drawn, for what the other side does not have at all. */
function whole(viewer, kind) {
  return new Map(viewer.get('elementRegistry').filter((one) => one.parent && !one.labelTarget).map(({ id }) => [id, kind]));
}

/** Colour by the drawing's own data, so that icons and arrow heads follow. */
function paint(viewer, found) {
  const registry = viewer.get('elementRegistry');
  const graphics = viewer.get('graphicsFactory');
  for (const [id, kind] of found) {
    for (const element of [registry.get(id), registry.get(`${id}_label`)]) {
      if (!element?.di || !element.parent) continue;
      element.di.set('bioc:stroke', colours[kind].stroke);
      if (!element.waypoints) element.di.set('bioc:fill', colours[kind].fill);
      graphics.update(element.waypoints ? 'connection' : 'shape', element, registry.getGraphics(element));
    }
  }
}

/** Move and zoom the other when one is. */
function together(viewers) {
  let leading = false;
  for (const viewer of viewers) {
    viewer.on('canvas.viewbox.changed', ({ viewbox }) => {
      if (leading) return;
      leading = true;
      for (const other of viewers) {
        if (other === viewer) continue;
        const { outer } = other.get('canvas').viewbox();
        other.get('canvas').viewbox({
          x: viewbox.x,
          y: viewbox.y,
          width: outer.width / viewbox.scale,
          height: outer.height / viewbox.scale,
        });
      }
      leading = false;
    });
  }
}

/** Begin where something differs, large enough to read. */
function begin(viewers, found, wanted) {
  for (const viewer of viewers) viewer.get('canvas').zoom('fit-viewport', 'auto');
  const [first] = viewers;
  if (!first) return;
  const { scale } = first.get('canvas').viewbox();
  const target = [...wanted, ...found.keys()].find((id) => viewers.some((one) => one.get('elementRegistry').get(id)?.parent));
  if (target && scale < 0.7) show(viewers, target);
}

/** Bring an element to the middle and mark it for a moment. */
function show(viewers, id) {
  for (const viewer of viewers) {
    const element = viewer.get('elementRegistry').get(id);
    if (!element) continue;
    const canvas = viewer.get('canvas');
    // The process itself is the sheet, which has no place on it.
    if (!element.parent) {
      canvas.zoom('fit-viewport', 'auto');
      continue;
    }
    canvas.zoom(Math.max(0.8, Math.min(1, canvas.zoom())), 'auto');
    const { outer, scale } = canvas.viewbox();
    const box = boxOf(element);
    canvas.viewbox({
      x: box.x + box.width / 2 - outer.width / scale / 2,
      y: box.y + box.height / 2 - outer.height / scale / 2,
      width: outer.width / scale,
      height: outer.height / scale,
    });
    canvas.addMarker(element, 'cmp-here');
    setTimeout(() => canvas.removeMarker(element, 'cmp-here'), 1600);
  }
}

function boxOf(element) {
  if (!element.waypoints) return element;
  const xs = element.waypoints.map(({ x }) => x);
  const ys = element.waypoints.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

async function start(pictures) {
  const { kind, key, before, after } = pictures.dataset;
  const { data } = await post('/comparisons', {
    kind, key, before: { edition: before || null }, after: { edition: after || null },
  });
  const places = ['before', 'after'].map((side) => pictures.querySelector(`[data-side=${side}]`));
  const drawn = await Promise.all([draw(places[0], data.before.content), draw(places[1], data.after.content)]);
  const viewers = drawn.filter(Boolean);
  const wanted = named(pictures, 'conflicts');
  let found = 'ours' in pictures.dataset ? owners(pictures) : kinds(data.changes);
  if (viewers.length === 1) found = whole(viewers[0], drawn[0] ? 'removed' : 'added');
  for (const viewer of viewers) paint(viewer, found);
  together(viewers);
  begin(viewers, found, wanted);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.cmp-go');
    if (!link) return;
    event.preventDefault();
    if (narrow.matches) pictures.scrollIntoView({ block: 'start' });
    show(viewers, link.dataset.element);
    for (const one of document.querySelectorAll('.cmp-go[aria-current]')) one.removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
  });
  pictures.dataset.ready = 'true';
}

for (const pair of document.querySelectorAll('.dt-pair')) tablesTogether(pair, narrow);

const pictures = document.getElementById('pictures');
if (pictures) {
  start(pictures).catch((error) => {
    console.error(error);
    const told = document.createElement('p');
    told.className = 'note-bar bad';
    told.setAttribute('role', 'alert');
    told.textContent = chinese ? '图不能画出，请刷新页面重试。右侧列表不受影响。' : 'The diagrams cannot be drawn: reload the page. The list is complete.';
    pictures.prepend(told);
  });
}
