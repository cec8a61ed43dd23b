// Calls of the JSON API from a page that somebody has signed in to.
// The page's `<main id="editor" data-root data-csrf>` says where the API is.
import { chinese } from './i18n.js';

const place = document.querySelector('[data-csrf]');
export const root = place?.dataset.root ?? '';

/** A refusal of the API: `status`, `title`, `detail`, and `errors` of problem+json. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
    this.errors = problem.errors ?? [];
  }
}

/** No answer came: the network or the server is away. Nothing is lost; try again. */
export class Unreachable extends Error {}

/**
 * Call `/api/v1` + path. Options: `body` (sent as JSON), `match` (revision for If-Match),
 * `query` (object), `signal`. Returns {data, revision, status}; `revision` is the ETag's text.
 */
export async function call(method, path, { body, match, query, signal, once } = {}) {
  const address = `${root}/api/v1${path}${query ? `?${new URLSearchParams(query)}` : ''}`;
  const headers = { Accept: 'application/json', 'Accept-Language': chinese ? 'zh-CN' : 'en' };
  if (method !== 'GET') headers['X-CSRF-Token'] = place?.dataset.csrf ?? '';
  if (method === 'POST') headers['Idempotency-Key'] = once ?? crypto.randomUUID();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (match !== undefined) headers['If-Match'] = `"${match}"`;
  let response;
  try {
    response = await fetch(address, {
      method, headers, signal, credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unreachable(chinese ? '连接不上服务器' : 'The server cannot be reached', { cause: error });
  }
  const text = await response.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    data = { title: `HTTP ${response.status}` };
  }
  if (!response.ok) throw new Refused(response.status, data ?? {});
  return { data, status: response.status, revision: (response.headers.get('ETag') ?? '').replace(/^W\/|"/g, '') };
}

export const get = (path, options) => call('GET', path, options);
export const post = (path, body, options) => call('POST', path, { body, ...options });
export const put = (path, body, options) => call('PUT', path, { body, ...options });
export const remove = (path, options) => call('DELETE', path, options);
