const seriesStyle = i => ({colour: colour(i), dash: DASHES[i % DASHES.length], width: 2});

/** An empty drawing whose items arrow keys step through: items are {x, y, lines, choose}. */
function drawing(self, width, height, items, columns = 1) {
  const svg = d3.create('svg').attr('viewBox', [0, 0, width, height]).attr('height', height).attr('width', width)
    .attr('tabindex', 0).attr('role', 'group')
    .attr('aria-label', self.title + '. ' + items.length + ' items; arrow keys read them out.');
  const ring = svg.append('g').attr('class', 'cursor');
  let at = -1;
  const quiet = () => { ring.selectAll('*').remove(); self.quiet(); };
  function point(i, aloud) {
    at = Math.max(0, Math.min(items.length - 1, i));
    const item = items[at];
    ring.raise().selectAll('*').remove();
    ring.append('circle').attr('cx', item.x).attr('cy', item.y).attr('r', 7).attr('fill', 'none').attr('stroke', 'var(--ink)').attr('stroke-width', 2);
    self.tell(item.x, item.y + 12, item.lines.map(line => [line]));
    if (aloud) self.live.textContent = item.lines.join('; ');
  }
  const nearest = (px, py) => d3.leastIndex(items, (a, b) => d3.ascending(Math.hypot(a.x - px, a.y - py), Math.hypot(b.x - px, b.y - py)));
  svg.on('pointermove', event => { if (items.length) point(nearest(...d3.pointer(event)), false); })
    .on('pointerleave blur', quiet)
    .on('keydown', event => {
      const keys = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -Infinity, End: Infinity};
      if (items.length && event.key in keys) { event.preventDefault(); point(at + keys[event.key], true); }
      else if ((event.key === 'Enter' || event.key === ' ') && items[at] && items[at].choose) { event.preventDefault(); items[at].choose(); }
      else if (event.key === 'Escape') quiet();
      else if ('+=-0'.includes(event.key)) { event.preventDefault(); self.zoom({'+': 1.5, '=': 1.5, '-': 1 / 1.5, 0: 0}[event.key]); }
    });
  return svg;
}

/** Drawings that are no graph grow as a whole; the page scrolls them. */
function growing(self, width, paint) {
  const inner = scroll(self.title, null);
  inner.classList.add('grow');
  self.plot.append(inner);
  let factor = 1;
  const repaint = () => inner.replaceChildren(...[].concat(paint(width * factor)));
  self.zoom = f => { factor = f ? Math.max(1, Math.min(8, factor * f)) : 1; repaint(); };
  repaint();
  return inner;
}

/** The boxes of a grid of panels, beside a strip for the title of their common axis; left has room for 100,000. */
function grid(count, columns, width, {left = 60, right = 14, top = 24, bottom = 20, height = 120, foot = 34, smallest = 150}) {
  const strip = 22;
  const across = Math.max(1, Math.min(columns, count, Math.floor((width - strip) / smallest)));
  const w = (width - strip) / across;
  const h = top + height + bottom;
  const rows = Math.ceil(count / across);
  return {across, rows, height: rows * h + foot,
    boxes: d3.range(count).map(i => ({left: strip + (i % across) * w + left, right: strip + (i % across + 1) * w - right,
      top: Math.floor(i / across) * h + top, bottom: Math.floor(i / across) * h + top + height}))};
}

function panelAxes(g, {x, y, box, xTicks = 60, yTicks = 34}) {
  const xt = ticks(x.core, x.log, box.right - box.left, xTicks);
  const yt = ticks(y.core, y.log, box.bottom - box.top, yTicks);
  g.append('g').attr('class', 'grid').selectAll('line').data(yt.values).join('line').attr('x1', box.left).attr('x2', box.right).attr('y1', v => y(v)).attr('y2', v => y(v));
  g.append('g').attr('class', 'axis').attr('transform', 'translate(0,' + box.bottom + ')').call(d3.axisBottom(x.core).tickValues(xt.values).tickFormat(xt.name).tickSize(4).tickSizeOuter(0));
  g.append('g').attr('class', 'axis').attr('transform', 'translate(' + box.left + ',0)').call(d3.axisLeft(y.core).tickValues(yt.values).tickFormat(yt.name).tickSize(4).tickSizeOuter(0));
  if (y.zeros) g.append('text').attr('x', box.left - 7).attr('y', y.zeroAt).attr('dy', '.32em').attr('text-anchor', 'end').text('0');
}

function outerTitles(svg, width, height, xTitle, yTitle) {
  svg.append('text').attr('x', width / 2).attr('y', height - 8).attr('text-anchor', 'middle').text(xTitle);
  svg.append('text').attr('transform', 'translate(12,' + (height - 20) / 2 + ') rotate(-90)').attr('text-anchor', 'middle').text(yTitle);
}

/** Draws each kind of figure: renderers[kind](figure) returns {head, rows, wide, draw}. */
const renderers = {};
