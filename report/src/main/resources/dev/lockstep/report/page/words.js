// The result in JSON, packed.
const packed = Uint8Array.from(atob(document.getElementById('data').textContent), c => c.charCodeAt(0));
const view = JSON.parse(pako.inflate(packed, {to: 'string'}));
const summary = view.summary || null;

// Points come as arrays, in the order of their records.
for (const variant of summary ? summary.variants : []) {
  const band = ([low, mean, high]) => ({low, mean, high});
  variant.loss = variant.loss.map(([step, reference, candidate]) => ({step, reference: band(reference), candidate: band(candidate)}));
  for (const point of variant.accuracy) for (const key in point) if (Array.isArray(point[key])) point[key] = band(point[key]);
  for (const line of variant.drift) {
    line.points = line.points.map(([step, tensor, maxAbs, floor, errorOverFloor, judged, failed]) => ({step, tensor, maxAbs, floor, errorOverFloor, judged, failed}));
  }
}

/** Numbers that are not finite come as strings. */
const num = value => value === null || value === undefined ? NaN : Number(value);

function show(value) {
  const x = num(value);
  if (x === 0 || !Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e6) return x.toExponential(3);
  return String(Number(x.toPrecision(4)));
}
const count = n => Number(n).toLocaleString('en-US');
const percent = share => Number.isFinite(num(share)) ? (100 * num(share)).toFixed(2) + ' %' : '–';
const hasChoices = axis => Boolean(axis.choices && axis.choices.length);
/** What a number on an axis is called, and back. */
const onAxis = (axis, value) => hasChoices(axis) ? axis.choices[value - 1] : value;
const fromAxis = (axis, name) => hasChoices(axis) ? axis.choices.indexOf(name) + 1 : name;
const showOn = (axis, value) => hasChoices(axis) ? onAxis(axis, value) : show(value);
const axisTitle = axis => axis.unit ? axis.label + ' (' + axis.unit + ')' : axis.label;

/** Builds an element; strings become text, never markup. */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

/** A box that scrolls sideways where its child is wider than the page, and then says so. */
function scroll(label, child) {
  const box = el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label}, child);
  observer.observe(box);
  return box;
}

const NUMBER = /^-?[\d.,]+(e[-+]?\d+| %)?$/;

/** A table; cells that are numbers stand on the right. */
function table(caption, head, rows, rowClass) {
  const cell = (tag, value, more) => typeof value === 'number'
    ? el(tag, {class: 'number', 'data-value': value, ...more}, show(value))
    : el(tag, {class: NUMBER.test(value) ? 'number' : null, ...more}, value);
  return el('table', {'aria-label': caption},
    el('thead', {}, el('tr', {}, head.map(h => el('th', {scope: 'col'}, h)))),
    el('tbody', {}, rows.map((row, i) => el('tr', {class: rowClass ? rowClass(row, i) : null},
      row.map((value, j) => j === 0 ? cell('th', value, {scope: 'row'}) : cell('td', value))))));
}
