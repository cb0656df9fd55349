function figures(parent, list) {
  if (!list.length) return;
  const charts = el('div', {class: 'charts'});
  parent.append(charts);
  for (const figure of list) {
    const spec = renderers[figure.kind](figure);
    frame(charts, {title: figure.title, note: figure.caption, wide: spec.wide}, () => spec);
  }
}
