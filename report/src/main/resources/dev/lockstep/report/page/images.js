renderers.Images = figure => {
  const small = figure.width * figure.height <= 64;
  const low = num(figure.low), high = num(figure.high);
  const grey = v => Math.round(255 * Math.max(0, Math.min(1, (num(v) - low) / (high - low))));
  const rows = figure.pictures.map(p => small ? [p.label, p.pixels.map(show).join(' ')] : [p.label, d3.min(p.pixels, num), d3.max(p.pixels, num)]);
  return {head: small ? ['picture', 'pixels, row by row'] : ['picture', 'darkest', 'brightest'], rows, wide: true, draw(self, width) {
    let pictures = [];
    const paint = w => {
      const across = Math.max(2, Math.min(figure.columns, Math.floor(w / 76)));
      pictures = figure.pictures.map(p => {
        const canvas = el('canvas', {width: figure.width, height: figure.height, role: 'img', 'aria-label': p.label, tabindex: 0});
        const context = canvas.getContext('2d');
        const image = context.createImageData(figure.width, figure.height);
        p.pixels.forEach((v, i) => { image.data.fill(grey(v), 4 * i, 4 * i + 3); image.data[4 * i + 3] = 255; });
        context.putImageData(image, 0, 0);
        canvas.title = p.label;
        return canvas;
      });
      const list = el('div', {class: 'pictures'}, pictures.map((canvas, i) => el('div', {class: 'picture'}, canvas, el('small', {}, figure.pictures[i].label))));
      list.style.gridTemplateColumns = 'repeat(' + across + ', 1fr)';
      list.style.width = w + 'px';
      return list;
    };
    growing(self, width, paint);
    return {marks: pictures.length, verify: cells => cells.flatMap((r, i) => {
      const data = pictures[i].getContext('2d').getImageData(0, 0, figure.width, figure.height).data;
      const shades = d3.range(figure.width * figure.height).map(k => data[4 * k]);
      const right = small ? r[1].split(' ').every((v, k) => Math.abs(grey(v) - shades[k]) <= 1) : d3.min(shades) === grey(r[1]) && d3.max(shades) === grey(r[2]);
      return right ? [] : [r[0]];
    })};
  }};
};
