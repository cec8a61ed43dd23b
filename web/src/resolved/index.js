// A process as it holds in a scope, drawn with whose each part is: the outermost scope's parts are
// grey, those of inner scopes coloured and marked with a letter. The lists below tell the same.
import { get, root } from '../shared/api.js';
import { el, fill } from '../shared/dom.js';
import { inLanguage, missing, translator } from '../shared/i18n.js';
import { WalkedDrawing } from '../shared/walked.js';

const words = translator({
  'The drawing cannot be had at the moment: {message}': '暂时取不到流程图：{message}',
  'All of it comes from “{scope}”.': '全部来自“{scope}”。',
  '{count} parts are from “{scope}”': '{count} 处来自“{scope}”',
  'from “{scope}”': '来自“{scope}”',
});

// The kinds of paint that a walked drawing has: the innermost scope's parts first.
const PAINTS = ['way', 'wanted', 'hit'];

function paintOf(place, count) {
  return place === count - 1 ? 'rest' : PAINTS[place] ?? 'hit';
}

async function open(place) {
  const { process, scope, name } = place.dataset;
  const { data } = await get(`/definitions/process/${encodeURIComponent(process)}/drawing`, { query: { scope } });
  const scopes = Object.entries(data.scopes).map(([key, named]) => ({ key, name: inLanguage(named) }));
  const drawing = new WalkedDrawing({
    label: name,
    link: (called) => `${root}/designer/process/${encodeURIComponent(called)}?scope=${encodeURIComponent(scope)}`,
  });
  fill(place, drawing.element);
  if (!await drawing.draw(data.content)) return;
  const whose = new Map(data.parts.map((part) => [part.id, scopes.findIndex((one) => one.key === part.scope)]));
  drawing.clean();
  for (const part of drawing.parts) {
    const at = whose.get(part.id) ?? -1;
    const paint = at < 0 ? 'rest' : paintOf(at, scopes.length);
    drawing.paint(part, paint);
    if (paint !== 'rest' && !part.waypoints) drawing.badge(part, scopes[at].name.slice(0, 1), paint);
  }
  const counts = scopes.map((one) => ({ ...one, count: data.parts.filter((part) => part.scope === one.key).length }));
  drawing.told.textContent = scopes.length === 1
    ? words('All of it comes from “{scope}”.', { scope: scopes[0].name })
    : counts.map(({ count, name: told }) => words('{count} parts are from “{scope}”', { count, scope: told })).join(' · ');
  fill(drawing.legend, scopes.length === 1 ? [] : scopes.map((one, at) => el('li', { class: `walked-is-${paintOf(at, scopes.length)}` }, words('from “{scope}”', { scope: one.name }))));
  drawing.element.prepend(el('div', { class: 'walked-tools' }, drawing.told, drawing.zooms));
  const first = data.parts.find((part) => whose.get(part.id) === 0);
  if (scopes.length > 1 && first) drawing.show(first.id);
  place.dataset.state = 'drawn';
}

for (const place of document.querySelectorAll('.drawn')) {
  open(place).catch((error) => {
    fill(place, el('p', { class: 'note-bar warn', role: 'alert' }, words('The drawing cannot be had at the moment: {message}', { message: error.message })));
  });
}

// For tests: what had no Chinese.
window.jcResolved = { missing };
