#include "api_docs.h"

namespace http {

const std::string_view api_docs_html = R"(<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>一窗 · 接口说明</title>
<link rel="stylesheet" href="/api-docs.css">
<script src="/api-docs.js" defer></script>
</head>
<body>
<a class="skip" href="#list" data-zh="跳到接口列表" data-en="Skip to the operations">跳到接口列表</a>
<header>
  <h1 data-zh="一窗 接口说明" data-en="Yichuang API">一窗 接口说明</h1>
  <p><span id="version"></span> <a href="/openapi.json">openapi.json</a></p>
  <button type="button" id="language" lang="en">English</button>
</header>
<main>
  <p class="find"><label for="find" data-zh="查找接口" data-en="Find an operation">查找接口</label>
  <input id="find" type="search" autocomplete="off"></p>
  <p id="count" role="status"></p>
  <div id="list"></div>
  <noscript><p>此页需要 JavaScript；完整说明见 openapi.json。 / This page needs JavaScript; see openapi.json.</p></noscript>
</main>
</body>
</html>
)";

const std::string_view api_docs_css = R"(:root { --ink: #1d2530; --soft: #4a4f57; --line: #c9d0da; --blue: #1d4f91;
  --paper: #fff; --ground: #f4f6f9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.6;
  font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
header { background: var(--blue); color: #fff; padding: 1rem 1.25rem; display: flex; flex-wrap: wrap;
  gap: .5rem 1.5rem;
  align-items: center; }
header h1 { font-size: 1.35rem; margin: 0; }
header p { margin: 0; flex: 1; }
header a { color: #fff; }
header button { background: #fff; color: var(--blue); }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: #fff; padding: .5rem; }
label { font-weight: 600; display: block; }
input { width: 100%; max-width: 30rem; font: inherit; padding: .45rem .6rem; border: 1px solid var(--soft);
  border-radius: 4px;
  background: #fff; color: var(--ink); }
button { font: inherit; padding: .4rem 1rem; border: 1px solid var(--blue); border-radius: 4px;
  background: var(--blue);
  color: #fff; cursor: pointer; }
:focus-visible { outline: 3px solid #b8570b; outline-offset: 2px; }
details { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
summary { padding: .55rem .8rem; cursor: pointer; display: flex; flex-wrap: wrap; gap: .2rem .8rem;
  align-items: baseline; }
summary code { overflow-wrap: anywhere; font-weight: 600; }
.method { min-width: 4.2rem; text-align: center; border-radius: 4px; font-size: .8rem; font-weight: 700; color: #fff;
  background: #4a4f57; padding: .05rem .4rem; }
.method.get { background: #1d4f91; } .method.post { background: #1e6b3a; } .method.put, .method.patch {
  background: #8a4b08; }
.method.delete { background: #a01c1c; }
.need { color: var(--soft); font-size: .85rem; }
.body { padding: 0 .9rem .9rem; border-top: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
pre { background: #10202f; color: #eef3f8; padding: .7rem; border-radius: 4px; overflow: auto; max-height: 26rem;
  font-size: .85rem; }
h3 { font-size: .95rem; margin: 1rem 0 .3rem; }
form p { margin: .4rem 0; }
@media (max-width: 30rem) { summary span:last-child { flex-basis: 100%; } }
)";

const std::string_view api_docs_js = R"JS('use strict';
const texts = {
  zh: { need: { anyone: '无需登录', signed_in: '需登录', citizen: '需个人登录', staff: '需工作人员登录' },
        parameters: '参数', body: '提交内容', answers: '回答', codes: '可能的错误代码', send: '发送', name: '名称', where: '位置',
        required: '必填', yes: '是', no: '否', status: '状态', meaning: '含义', shown: n => `共 ${n} 个接口`, other: 'English',
        failed: '无法读取 openapi.json，请稍后刷新', waiting: '正在读取…' },
  en: { need: { anyone: 'anyone', signed_in: 'signed in', citizen: 'citizen', staff: 'staff' },
        parameters: 'Parameters', body: 'Body', answers: 'Answers', codes: 'Error codes', send: 'Send',
        name: 'Name', where: 'In',
        required: 'Required', yes: 'yes', no: 'no', status: 'Status', meaning: 'Meaning',
        shown: n => `${n} operations`,
        other: '中文', failed: 'openapi.json can not be read; please reload later', waiting: 'Reading…' } };
let language = document.cookie.includes('yichuang_lang=en') ? 'en' : 'zh';
let api = null;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child !== null));
  return made;
}

function table(heads, rows) {
  return element('table', {}, element('thead', {}, element('tr', {}, 
    ...heads.map(h => element('th', { scope: 'col' }, h)))),
    element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(cell => element('td', {}, cell))))));
}

function resolved(schema, depth = 0) {
  if (!schema || typeof schema !== 'object') return schema;
  if (depth > 4) return schema.$ref ? schema.$ref.split('/').pop() : schema;
  if (Array.isArray(schema)) return schema.map(item => resolved(item, depth));
  if (schema.$ref) return resolved(api.components.schemas[schema.$ref.split('/').pop()], depth + 1);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value, depth)]));
}

function tryForm(path, operation) {
  const words = texts[language];
  const fields = (operation.parameters || []).filter(p => p.in !== 'header');
  const output = element('pre', { role: 'status', hidden: '', tabindex: '0' });
  const inputs = fields.map(p => {
    const id = operation.operationId + '-' + p.name;
    return element('p', {}, element('label', { for: id }, p.name), 
      element('input', { id, name: p.name, autocomplete: 'off' }));
  });
  const send = async event => {
    event.preventDefault();
    const data = new FormData(event.target);
    let url = path;
    const query = new URLSearchParams();
    for (const p of fields) {
      const value = data.get(p.name);
      if (p.in === 'path') url = url.replace('{' + p.name + '}', encodeURIComponent(value));
      else if (value) query.set(p.name, value);
    }
    output.hidden = false;
    output.textContent = words.waiting;
    try {
      const answer = await fetch(url + (query.size ? '?' + query : ''));
      let text = await answer.text();
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
      const head = answer.status + ' ' + (answer.headers.get('content-type') || '');
      output.textContent = head + '\n\n' + text.slice(0, 50000);
    } catch (problem) { output.textContent = String(problem); }
  };
  return element('form', { onsubmit: send }, ...inputs, element('button', { type: 'submit' }, words.send), output);
}

function details(path, method, operation) {
  const words = texts[language];
  const parts = [];
  if (operation.parameters)
    parts.push(element('h3', {}, words.parameters), table([words.name, words.where, words.required],
      operation.parameters.map(p => [p.name, p.in, p.required ? words.yes : words.no])));
  const schemas = content => Object.entries(content || {}).map(([type, media]) =>
    element('pre', { tabindex: '0' }, type + '\n' + JSON.stringify(resolved(media.schema), null, 2)));
  if (operation.requestBody) parts.push(element('h3', {}, words.body), ...schemas(operation.requestBody.content));
  parts.push(element('h3', {}, words.answers));
  for (const [status, answer] of Object.entries(operation.responses))
    if (answer.content) parts.push(element('p', {}, status), ...schemas(answer.content));
  const refusals = Object.entries(operation.responses).filter(([, answer]) => answer.$ref).map(([status]) => status);
  parts.push(element('p', {}, refusals.join(', ') + ': Problem'));
  if (operation['x-error-codes'])
    parts.push(element('h3', {}, words.codes), element('p', {}, operation['x-error-codes'].join(', ')));
  if (method === 'get') parts.push(tryForm(path, operation));
  return element('div', { class: 'body' }, ...parts);
}

function entry(path, method, operation) {
  const need = operation['x-need'];
  const words = language === 'zh' ? operation.summary : operation.description;
  const block = element('details', { id: operation.operationId },
    element('summary', {}, element('span', { class: 'method ' + method }, method.toUpperCase()),
      element('code', {}, path),
      element('span', {}, words),
      element('span', { class: 'need' },
        texts[language].need[need.kind] + (need.permission ? ' · ' + need.permission : ''))));
  block.addEventListener('toggle', () => {
    if (block.open && block.children.length === 1) block.append(details(path, method, operation));
  });
  return block;
}

function show() {
  const wanted = document.getElementById('find').value.trim().toLowerCase();
  const groups = new Map();
  let count = 0;
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const text = [path, operation.operationId, operation.summary, operation.description].join(' ').toLowerCase();
      if (!text.includes(wanted)) continue;
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(entry(path, method, operation));
      ++count;
    }
  document.getElementById('count').textContent = texts[language].shown(count);
  document.getElementById('list').replaceChildren(...[...groups].sort((a, b) => a[0] < b[0] ? -1 : 1)
    .map(([tag, entries]) => element('section', {}, element('h2', {}, tag), ...entries)));
}

function speak() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = language === 'zh' ? '一窗 · 接口说明' : 'Yichuang API';
  for (const node of document.querySelectorAll('[data-zh]')) node.textContent = node.dataset[language];
  const button = document.getElementById('language');
  button.textContent = texts[language].other;
  button.lang = language === 'zh' ? 'en' : 'zh-CN';
  if (api) show();
}

document.getElementById('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  document.cookie = 'yichuang_lang=' + language + '; Path=/; SameSite=Lax; Max-Age=31536000';
  speak();
});
document.getElementById('find').addEventListener('input', () => api && show());
speak();
fetch('/openapi.json').then(answer => answer.json()).then(document_ => {
  api = document_;
  document.getElementById('version').textContent = api.info.version;
  show();
}).catch(() => { document.getElementById('count').textContent = texts[language].failed; });
)JS";

}  // namespace http
