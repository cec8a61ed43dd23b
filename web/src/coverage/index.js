// The diagrams of a publication, with what its scenarios reach painted on them. Each is fetched when
// it is opened; the tables below them are in the page and tell the same.
import { get, root } from '../shared/api.js';
import { el, fill } from '../shared/dom.js';
import { missing, translator } from '../shared/i18n.js';
import { WalkedDrawing, walkChoice } from '../shared/walked.js';

const words = translator({
  'The drawing cannot be had at the moment: {message}': '暂时取不到流程图：{message}',
});

async function open(place) {
  const { publication, process, scope, name } = place.dataset;
  place.dataset.state = 'opening';
  const { data } = await get(`/publications/${publication}/drawings`, { query: { process } });
  const [found] = data.items;
  if (!found) return;
  const drawing = new WalkedDrawing({
    label: name,
    link: (called) => `${root}/designer/scenarios/${encodeURIComponent(called)}/edit?scope=${encodeURIComponent(scope)}`,
  });
  fill(place, drawing.element);
  if (!await drawing.draw(found.content)) return;
  drawing.cover(found);
  drawing.element.prepend(el('div', { class: 'walked-tools' }, walkChoice(drawing, found.walks), drawing.zooms));
  place.dataset.state = 'drawn';
}

for (const details of document.querySelectorAll('details.cov')) {
  const place = details.querySelector('.cov-drawing');
  const begin = () => {
    if (!details.open || place.dataset.state) return;
    open(place).catch((error) => {
      delete place.dataset.state;
      fill(place, el('p', { class: 'note-bar warn', role: 'alert' }, words('The drawing cannot be had at the moment: {message}', { message: error.message })));
    });
  };
  details.addEventListener('toggle', begin);
  begin();
}

// For tests: what had no Chinese.
window.jcCoverage = { missing };
