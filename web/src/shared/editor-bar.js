// What stands above the editors of tables and forms: how saving goes, history, take-over.
import { button, dialog, el, fill } from './dom.js';
import { chinese, language, translator } from './i18n.js';

const words = translator({
  Saved: '已保存',
  'Not saved yet': '尚未保存',
  'Saving…': '正在保存……',
  'No connection. Your work is kept in this browser and saved later.': '连接不上服务器。修改已留在本浏览器，恢复后自动保存。',
  'You may read this, not change it.': '您可以查看，但不能修改。',
  'It could not be saved: {message}': '保存失败：{message}',
  '{name} is editing this. What you change stays in this browser.': '{name} 正在编辑。您的修改只留在本浏览器。',
  'Somebody else': '其他人',
  'Take over': '接手编辑',
  'This draft was changed elsewhere since you opened it.': '您打开之后，这份草稿在别处被修改过。',
  'Keep mine': '保留我的',
  'Take theirs': '采用对方的',
  'This browser kept changes that were never saved ({when}).': '本浏览器留有未保存的修改（{when}）。',
  'Restore them': '恢复',
  'Drop them': '放弃',
  History: '历史',
  'History of this draft': '这份草稿的历史',
  'Restore': '恢复到此',
  'There are no older states yet.': '还没有更早的版本。',
  Close: '关闭',
  Undo: '撤销',
  Redo: '重做',
});

/**
 * Put the bar's parts on the page. `editor` has `load(content)`, and may have `undo()`, `redo()`.
 * Returns {show, offer}: `show` is for Saving, `offer` asks about work left in this browser.
 */
export function editorBar(saving, editor) {
  const state = document.getElementById('state');
  const notes = document.getElementById('notes');
  fill(document.getElementById('tools'),
    editor.undo && button(words('Undo'), editor.undo, { kind: 'btn g sm' }),
    editor.redo && button(words('Redo'), editor.redo, { kind: 'btn g sm' }),
    button(words('History'), () => openHistory(saving(), editor)));

  const note = (text, ...actions) => fill(notes,
    text && el('div', { class: 'note-bar warn', role: 'alert' }, el('span', {}, text), ...actions));

  const settleMoved = (theirs) => note(words('This draft was changed elsewhere since you opened it.'),
    button(words('Keep mine'), () => {
      note('');
      saving().settle(theirs.revision, theirs.content);
      saving().changed();
    }),
    button(words('Take theirs'), async () => {
      note('');
      if (await saving().shelve(saving().read(), theirs)) await editor.load(theirs.content);
    }));

  const show = (now) => {
    state.dataset.name = now.name;
    state.textContent = told(now);
    if (now.name === 'held') {
      const name = now.editor?.name || now.editor || words('Somebody else');
      note(words('{name} is editing this. What you change stays in this browser.', { name }),
        button(words('Take over'), async () => { note(''); await saving().take(true); }));
    } else if (now.name === 'moved') settleMoved(now.theirs);
  };

  const offer = () => {
    const kept = saving().unsaved();
    if (!kept || kept.content === saving().saved) return;
    const when = new Date(kept.at).toLocaleString(language);
    note(words('This browser kept changes that were never saved ({when}).', { when }),
      button(words('Restore them'), async () => { note(''); await editor.load(kept.content, true); }),
      button(words('Drop them'), () => { note(''); saving().forget(); }));
  };
  return { show, offer };
}

function told(state) {
  return {
    saved: () => words('Saved') + (state.at ? ` ${state.at.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })}` : ''),
    waiting: () => words('Not saved yet'),
    saving: () => words('Saving…'),
    offline: () => words('No connection. Your work is kept in this browser and saved later.'),
    held: () => words('Not saved yet'),
    moved: () => words('Not saved yet'),
    reading: () => words('You may read this, not change it.'),
    failed: () => words('It could not be saved: {message}', { message: state.message ?? '' }),
  }[state.name]?.() ?? '';
}

async function openHistory(saving, editor) {
  const items = await saving.revisions();
  const list = items.map((one) => el('li', {},
    el('div', {}, el('div', {}, new Date(one.savedAt ?? one.updatedAt ?? one.at).toLocaleString(language)),
      el('small', { class: 'muted' }, one.savedBy ?? one.updatedBy ?? one.actor ?? '')),
    button(words('Restore'), async () => {
      const { content } = await saving.readRevision(one.revision);
      opened.box.close();
      await editor.load(content, true);
    })));
  const body = list.length ? el('ul', { class: 'ed-list' }, list) : el('p', { class: 'muted' }, words('There are no older states yet.'));
  const opened = dialog(words('History of this draft'), body, { close: words('Close') });
}

export { chinese };
