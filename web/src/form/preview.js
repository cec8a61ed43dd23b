// The draft as its users will see it: drawn by the server's own renderer, in a frame.
import { root } from '../shared/api.js';
import { button, el, rested } from '../shared/dom.js';
import { chinese } from '../shared/i18n.js';

export class Preview {
  constructor({ scope, key, csrf, content, translate }) {
    Object.assign(this, { scope, key, csrf, content, translate });
    const t = translate;
    this.language = chinese ? 'zh-CN' : 'en';
    this.narrow = matchMedia('(max-width: 760px)').matches;
    this.frame = el('iframe', { name: 'jc-preview', title: t('Preview of the form') });
    this.data = el('textarea', { class: 'mono', rows: 3, spellcheck: 'false', 'aria-label': t('Sample data (JSON)'), placeholder: '{"enrolment_number": "…"}', oninput: () => this.ask() });
    this.languages = el('div', { class: 'ed-row no-i18n', role: 'group', 'aria-label': t('Language') });
    this.widths = el('div', { class: 'ed-row', role: 'group', 'aria-label': t('Width') });
    this.element = el('section', { class: 'form-preview' },
      el('div', { class: 'form-preview-bar' }, this.languages, this.widths,
        el('details', {}, el('summary', {}, t('Sample data (JSON)')), this.data)),
      el('div', { class: 'form-preview-room' }, this.frame));
    this.ask = rested(() => this.send(), 500);
    this.draw();
  }

  draw() {
    const t = this.translate;
    const choice = (words, on, act) => button(words, act, { kind: `btn sm ${on ? 'on' : 'g'}`, 'aria-pressed': String(on) });
    const speak = (language) => { this.language = language; this.draw(); this.send(); };
    const widen = (narrow) => { this.narrow = narrow; this.draw(); };
    this.languages.replaceChildren(choice('中文', this.language === 'zh-CN', () => speak('zh-CN')), choice('English', this.language === 'en', () => speak('en')));
    this.widths.replaceChildren(choice(t('Phone'), this.narrow, () => widen(true)), choice(t('Desktop'), !this.narrow, () => widen(false)));
    this.frame.classList.toggle('narrow', this.narrow);
  }

  /** Send the draft to the frame, unless nobody looks. */
  send() {
    if (this.element.hidden) return;
    const query = new URLSearchParams({ scope: this.scope, language: this.language });
    const form = el('form', {
      method: 'post', target: 'jc-preview', enctype: 'multipart/form-data', hidden: true,
      action: `${root}/designer/form/${encodeURIComponent(this.key)}/preview?${query}`,
    }, Object.entries({ csrf_token: this.csrf, 'jc-content': this.content(), 'jc-context': this.data.value })
      .map(([name, value]) => el('textarea', { name, value })));
    document.body.append(form);
    form.submit();
    form.remove();
  }
}
