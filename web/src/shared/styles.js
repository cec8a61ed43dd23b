// CodeMirror, which the tools write expressions in, adds its rules in a style element. The page's
// policy wants our nonce on it, and the tools hand none on: give every style element the page's.
const nonce = document.querySelector('script[nonce]')?.nonce;
const create = Document.prototype.createElement;

if (nonce) {
  Document.prototype.createElement = function createElement(name, options) {
    const element = create.call(this, name, options);
    if (`${name}`.toLowerCase() === 'style') element.setAttribute('nonce', nonce);
    return element;
  };
}
