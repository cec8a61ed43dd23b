// Making elements without HTML text, so that nobody's words become markup.

/** Make an element: `on…` are listeners, `class`, `dataset`, other names attributes; null: none. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(made.dataset, value);
    else if (name === 'value') made.value = value;
    else if (name === 'checked') made.checked = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Replace what an element holds. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
}

/** A button with words. */
export function button(words, onclick, { kind = 'btn sm', ...more } = {}) {
  return el('button', { type: 'button', class: kind, onclick, ...more }, words);
}

/** A button with a sign for the eye and words for the ear. */
export function sign(mark, words, onclick, more = {}) {
  return el('button', { type: 'button', class: 'btn g sm sq', title: words, 'aria-label': words, onclick, ...more },
    el('span', { 'aria-hidden': 'true' }, mark));
}

/** Open a dialog with a title; resolves when it is closed. */
export function dialog(title, body, { close }) {
  const box = el('dialog', { class: 'ed-dialog', 'aria-label': title },
    el('header', {}, el('h2', {}, title), sign('×', close, () => box.close())),
    el('div', { class: 'pad' }, body));
  document.body.append(box);
  box.showModal();
  return { box, closed: new Promise((done) => box.addEventListener('close', () => { box.remove(); done(box.returnValue); })) };
}

/** Tabs over panes: `tabs` are {id, label, pane, badge?}. Returns {list, show(id), mark(id, badge)}. */
export function tabs(label, entries, shown = () => {}) {
  const list = el('div', { class: 'ed-tabs', role: 'tablist', 'aria-label': label });
  const buttons = new Map();
  const show = (id) => {
    for (const [name, { tab, pane }] of buttons) {
      tab.setAttribute('aria-selected', String(name === id));
      tab.tabIndex = name === id ? 0 : -1;
      if (pane) pane.hidden = name !== id;
    }
    shown(id);
  };
  for (const { id, label: words, pane } of entries) {
    const tab = el('button', { type: 'button', role: 'tab', id: `tab-${id}`, onclick: () => show(id) }, words);
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const names = [...buttons.keys()];
      const next = names[(names.indexOf(id) + step + names.length) % names.length];
      show(next);
      buttons.get(next).tab.focus();
    });
    if (pane) {
      pane.setAttribute('role', 'tabpanel');
      pane.setAttribute('aria-labelledby', `tab-${id}`);
    }
    buttons.set(id, { tab, pane });
    list.append(tab);
  }
  const mark = (id, text, kind = '') => {
    const { tab } = buttons.get(id);
    tab.querySelector('b')?.remove();
    if (text) tab.append(el('b', { class: kind }, text));
  };
  return { list, show, mark };
}

/** Call `action` once the calls have rested; `.now()` calls it at once if a call waits. */
export function rested(action, milliseconds) {
  let timer;
  const call = (...given) => {
    clearTimeout(timer);
    timer = undefined;
    action(...given);
  };
  const later = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), milliseconds);
  };
  later.now = (...given) => timer === undefined || call(...given);
  return later;
}
