// Small windows of the designer: history, and questions. Built as elements, never from HTML.

/** Make an element: `make('p', {class: 'x'}, 'text', child)`. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

const moment = (text, language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(text));

/** List the revisions of a draft; `restore(content)` is called with the chosen one. */
export async function showHistory(dialog, { saving, translate, language, restore }) {
  const list = dialog.querySelector('[data-list]');
  list.replaceChildren(make('li', {}, translate('Loading …')));
  dialog.showModal();
  try {
    const revisions = await saving.revisions();
    list.replaceChildren(...revisions.map((one) => row(one)));
    if (!revisions.length) list.replaceChildren(make('li', {}, translate('Nothing was saved yet.')));
  } catch (error) {
    list.replaceChildren(make('li', { class: 'error' }, error.message));
  }

  function row(one) {
    const said = make('span', {}, make('b', {}, translate('Revision {number}', { number: one.revision })), ` ${moment(one.savedAt ?? one.updatedAt ?? one.at, language)} ${one.savedBy ?? one.updatedBy ?? one.by ?? ''}`);
    const button = make('button', { type: 'button', class: 'btn sm', onclick: () => bring(one, button) }, translate('Bring back'));
    return make('li', {}, said, button);
  }

  async function bring(one, button) {
    button.disabled = true;
    try {
      const { content } = await saving.readRevision(one.revision);
      await restore(content);
      dialog.close();
    } catch (error) {
      list.prepend(make('li', { class: 'error' }, translate('Not brought back: {message}', { message: error.message })));
      button.disabled = false;
    }
  }
}
