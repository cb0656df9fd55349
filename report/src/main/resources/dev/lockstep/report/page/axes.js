const SUPERSCRIPTS = {'-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹'};
const power = exponent => '10' + [...String(exponent)].map(c => SUPERSCRIPTS[c]).join('');
const ZERO_STRIP = 20;

/** A number as short as an axis needs it: 2·10⁻¹⁴. */
function brief(value) {
  const size = Math.abs(value);
  if (!value || size >= 1e-3 && size < 1e6) return String(Number(value.toPrecision(3)));
  const [digits, exponent] = value.toExponential(1).split('e');
  return (Number(digits) === 1 ? '' : Number(digits) + '·') + power(Number(exponent));
}

/** Maps numbers to pixels; on a logarithmic axis 0 has a line of its own at the low end. */
function scale(values, logarithmic, from, to, {pad = 0.04, include = []} = {}) {
  const finite = values.concat(include).filter(Number.isFinite);
  if (logarithmic && finite.every(v => v >= 0)) {
    const positive = finite.filter(v => v > 0);
    const zeros = finite.some(v => v === 0);
    let low = positive.length ? d3.min(positive) : 1e-1;
    let high = positive.length ? d3.max(positive) : 1;
    if (high / low < 1.001) { low /= 2; high *= 2; }
    const strip = zeros ? Math.sign(from - to) * ZERO_STRIP : 0;
    const log = d3.scaleLog().domain([low, high]).range([from - strip, to]);
    if (pad) log.nice();
    return Object.assign(v => v > 0 ? log(v) : v === 0 && zeros ? from - strip * .25 : NaN,
      {log: true, zeros, zeroAt: from - strip * .25, core: log, invert: p => log.invert(p)});
  }
  let [low, high] = finite.length ? d3.extent(finite) : [0, 1];
  if (low === high) { low -= Math.abs(low) * .05 || .5; high += Math.abs(high) * .05 || .5; }
  const linear = d3.scaleLinear().domain([low, high]).range([from, to]);
  if (pad) linear.nice();
  return Object.assign(v => linear(v), {log: false, zeros: false, core: linear, invert: p => linear.invert(p)});
}

function ticks(core, isLog, room, each, whole = false) {
  const wanted = Math.max(2, Math.floor(room / each));
  if (!isLog && whole) return {values: core.ticks(wanted).filter(Number.isInteger), name: count};
  if (!isLog) return {values: core.ticks(wanted), name: core.tickFormat(wanted)};
  const [low, high] = core.domain().map(Math.log10);
  const decades = d3.range(Math.ceil(low - 1e-9), Math.floor(high + 1e-9) + 1);
  if (decades.length >= 3) {
    const stride = Math.ceil(decades.length / wanted);
    return {values: decades.filter(e => e % stride === 0).map(e => Number('1e' + e)),
      name: v => { const e = Math.round(Math.log10(v)); return e >= 0 && e <= 4 ? count(v) : power(e); }};
  }
  const values = [];
  for (const exponent of d3.range(Math.floor(low), Math.ceil(high) + 1)) {
    for (const digit of [1, 2, 5]) {
      const value = Number(digit + 'e' + exponent);
      const far = values.every(v => Math.abs(core(v) - core(value)) >= each / 2);
      if (value >= core.domain()[0] && value <= core.domain()[1] && far) values.push(value);
    }
  }
  if (values.length < 2) return {values: core.domain(), name: brief};
  return {values, name: brief};
}

/** What an axis of choices reaches to beside the points on it. */
const around = axis => hasChoices(axis) ? [.5, axis.choices.length + .5] : [];

/** Ticks of an axis: one for each choice, if it has any. */
function ticksOf(axis, core, isLog, room, each, whole) {
  if (!hasChoices(axis)) return ticks(core, isLog, room, each, whole);
  const [low, high] = core.domain();
  return {values: axis.choices.map((name, i) => i + 1).filter(v => v >= low && v <= high), name: v => axis.choices[v - 1]};
}

const LETTER = 6.5;

/** Names that are wider than their place stand in two rows. */
function apart(axis, place) {
  const names = axis.selectAll('.tick text');
  if (names.nodes().some(name => name.textContent.length * LETTER > place)) names.attr('y', (v, i) => i % 2 ? 22 : 9);
}

function drawAxes(svg, {x, y, box, xAxis, yAxis}) {
  const g = svg.append('g').attr('class', 'axes').attr('aria-hidden', 'true');
  const xt = ticksOf(xAxis, x.core, x.log, box.right - box.left, 80, x.whole);
  const yt = ticksOf(yAxis, y.core, y.log, box.bottom - box.top, 42);
  g.append('g').attr('class', 'grid').selectAll('line').data(yt.values).join('line')
    .attr('x1', box.left).attr('x2', box.right).attr('y1', v => y(v)).attr('y2', v => y(v));
  g.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + box.bottom + ')')
    .call(d3.axisBottom(x.core).tickValues(xt.values).tickFormat(xt.name).tickSizeOuter(0))
    .call(axis => apart(axis, hasChoices(xAxis) ? (box.right - box.left) / xt.values.length : Infinity));
  g.append('g').attr('class', 'axis').attr('transform', 'translate(' + box.left + ',0)')
    .call(d3.axisLeft(y.core).tickValues(yt.values).tickFormat(yt.name).tickSizeOuter(0));
  if (y.zeros) {
    g.append('line').attr('class', 'zero').attr('x1', box.left).attr('x2', box.right).attr('y1', y.zeroAt).attr('y2', y.zeroAt);
    g.append('text').attr('x', box.left - 9).attr('y', y.zeroAt).attr('dy', '.32em').attr('text-anchor', 'end').text('0');
  }
  if (x.zeros) {
    g.append('text').attr('x', x.zeroAt).attr('y', box.bottom + 18).attr('text-anchor', 'middle').text('0');
  }
  g.append('text').attr('x', (box.left + box.right) / 2).attr('y', box.bottom + (hasChoices(xAxis) ? 43 : 36)).attr('text-anchor', 'middle').text(axisTitle(xAxis));
  g.append('text').attr('transform', 'translate(13,' + (box.top + box.bottom) / 2 + ') rotate(-90)').attr('text-anchor', 'middle').text(axisTitle(yAxis));
  return g;
}
