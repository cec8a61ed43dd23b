// What the server's check finds while drawing: badges on the shapes, and a list for the page.
import { inLanguage } from '../shared/i18n.js';

const REST = 700;

export class Findings {
  constructor(eventBus, bpmnjs, overlays, elementRegistry, selection, canvas, translate) {
    Object.assign(this, { eventBus, bpmnjs, overlays, elementRegistry, selection, canvas, translate });
    this.listed = [];
    this.ask = null;
    eventBus.on(['commandStack.changed', 'import.done'], () => this.soon());
  }

  /** Let `ask(xml, signal)` find; it gives the findings as the API does. */
  by(ask) {
    this.ask = ask;
    this.soon(0);
  }

  of(elementId) {
    return this.listed.filter((one) => one.elementId === elementId);
  }

  soon(rest = REST) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), rest);
  }

  async check() {
    if (!this.ask) return;
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      const { xml } = await this.bpmnjs.saveXML({ format: true });
      const found = await this.ask(xml, signal);
      this.show(found.map((one) => ({ ...one, message: inLanguage(one.message), remedy: inLanguage(one.remedy) })));
    } catch (error) {
      if (error.name !== 'AbortError') this.eventBus.fire('findings.failed', { error });
    }
  }

  show(found) {
    this.listed = found;
    this.overlays.remove({ type: 'jc-lint' });
    const byElement = Map.groupBy(found, (one) => one.elementId);
    for (const [id, about] of byElement) {
      const element = id && this.elementRegistry.get(id);
      if (!element || element === this.canvas.getRootElement()) continue;
      const worst = about.some((one) => one.severity === 'error') ? 'error' : 'warning';
      const badge = document.createElement('button');
      badge.type = 'button';
      badge.className = `jc-badge ${worst}`;
      badge.textContent = worst === 'error' ? '✕' : '!';
      badge.title = about.map((one) => one.message).join('\n');
      badge.setAttribute('aria-label', badge.title);
      badge.addEventListener('click', () => this.goTo(id));
      const at = element.waypoints ? { top: -8, left: -8 } : { top: -9, right: 9 };
      this.overlays.add(element, 'jc-lint', { position: at, html: badge, show: { minZoom: 0.2 } });
    }
    this.eventBus.fire('findings.changed', { findings: found });
  }

  goTo(id) {
    const element = this.elementRegistry.get(id);
    if (!element) return;
    if (element !== this.canvas.getRootElement()) {
      this.selection.select(element);
      this.canvas.scrollToElement(element, 120);
    } else this.selection.select([]);
  }
}
Findings.$inject = ['eventBus', 'bpmnjs', 'overlays', 'elementRegistry', 'selection', 'canvas', 'translate'];

export default { __init__: ['findings'], findings: ['type', Findings] };
