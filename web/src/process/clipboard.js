// Copy and paste from one diagram to another, in this tab or a different one: what is copied is
// kept in the browser beside the tool's own clipboard.
const KEPT = 'jc-process-clipboard';

function reviver(moddle) {
  const made = new Map();
  return (_, value) => {
    if (!value || typeof value !== 'object' || typeof value.$type !== 'string') return value;
    const { $type: type, ...attrs } = value;
    if (attrs.id && made.has(attrs.id)) return made.get(attrs.id);
    const element = moddle.create(type, attrs);
    if (attrs.id) made.set(attrs.id, element);
    return element;
  };
}

export class SharedClipboard {
  constructor(eventBus, clipboard, moddle) {
    eventBus.on('copyPaste.elementsCopied', ({ tree }) => {
      try {
        localStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), tree }));
      } catch { /* The tool's own clipboard still has it. */ }
    });
    // Before the tool's own paste: whatever was copied last, here or elsewhere.
    eventBus.on('editorActions.init', ({ editorActions }) => {
      const own = editorActions._actions.paste;
      if (!own) return;
      editorActions._actions.paste = (...given) => {
        this.fetch(clipboard, moddle);
        return own(...given);
      };
    });
  }

  fetch(clipboard, moddle) {
    try {
      const { at, tree } = JSON.parse(localStorage.getItem(KEPT) ?? 'null', reviver(moddle)) ?? {};
      if (tree && at !== this.taken) clipboard.set(tree);
      this.taken = at;
    } catch { /* Not ours, or of another version: nothing to paste. */ }
  }
}
SharedClipboard.$inject = ['eventBus', 'clipboard', 'moddle'];

export default { __init__: ['sharedClipboard'], sharedClipboard: ['type', SharedClipboard] };
