// Pictures and files. Bytes come from the workspace with the speaker's token; a picture on any other host is
// offered as a link instead of loaded, so that reading a message tells nobody anything.

import { h, icon } from './dom.js';
import { link } from './text.js';

const loaded = new WeakMap(); // API → Map(url → Promise of a blob address)

function fetchOnce(api, url) {
  if (!loaded.has(api)) loaded.set(api, new Map());
  const cache = loaded.get(api);
  if (!cache.has(url)) {
    const promise = api.blob(url);
    promise.catch(() => cache.delete(url));
    cache.set(url, promise);
  }
  return cache.get(url);
}

/** A picture with its title: {url or fileId, alt, title, size: 'thumb'|'tiny'|undefined}. */
export function picture({ url, fileId, alt, title, size }, app) {
  const frame = h(`figure.picture${size ? '.' + size : ''}`, {}, title && !size ? h('figcaption', {}, title) : null);
  const img = h('img', { alt, decoding: 'async' });
  show();
  return frame;

  async function show() {
    try {
      const address = url ?? (await app.api.call('files.info', { file: fileId })).file.url_private;
      if (!app.api.owns(address)) return frame.append(foreign(address, alt));
      img.src = await fetchOnce(app.api, address);
      await img.decode();
      frame.append(size ? img : zoomable(img, alt || title, app));
      app.grown?.(frame);
    } catch {
      frame.append(h('span.picture-missing', {}, icon('image'), ` ${alt || title || 'This picture'} (could not be loaded)`));
    }
  }
}

function foreign(url, alt) {
  return h('span.picture-missing', {}, icon('image'), ' ', link(url, alt || 'Picture on another site'));
}

function zoomable(img, name, app) {
  return h('button.zoom', { type: 'button', 'aria-label': `Enlarge: ${name}`, 'data-key': `zoom-${img.src}`, on: { click: () => app.act.lightbox(img.src, name) } }, img);
}

/** The files of a message: images inline, everything else as a card that downloads. */
export function renderFiles(files, app) {
  return (files ?? []).map((file) => {
    if (file.mode === 'tombstone') return h('p.unsupported', {}, '(This file was deleted.)');
    const isImage = /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype ?? '');
    if (isImage) return picture({ url: file.url_private, fileId: file.id, alt: file.alt_txt || file.title || file.name, title: file.title }, app);
    return fileCard(file, app);
  });
}

function fileCard(file, app) {
  const note = h('span.file-note', {}, size(file.size));
  const card = h('button.file-card', { type: 'button', 'data-key': `file-${file.id}`, on: { click: save } },
    icon('file'), h('span', {}, h('strong', {}, file.title || file.name || 'File'), note));
  return card;

  async function save() {
    try {
      const href = await fetchOnce(app.api, file.url_private);
      h('a', { href, download: file.name || 'file' }).click();
    } catch {
      note.textContent = 'Could not be loaded. Try again.';
    }
  }
}

function size(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
