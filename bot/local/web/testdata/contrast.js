// Every text that is shown, against the first opaque ground behind it. Answers with those below WCAG AA.
(() => {
  const read = (colour) => {
    const [r, g, b, a = 1] = (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1,
  });
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (node) => {
    if (!node) return { r: 255, g: 255, b: 255, a: 1 };
    const own = read(getComputedStyle(node).backgroundColor);
    return own.a >= 1 ? own : over(own, ground(node.parentElement));
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const node = walker.currentNode.parentElement;
    const shown = node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!text || !shown || node.closest('.visually-hidden, .emoji, :disabled, noscript')) continue;
    const style = getComputedStyle(node);
    const under = ground(node);
    const [a, b] = [light(over(read(style.color), under)), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) weak.push(`${ratio.toFixed(2)}:1 for “${text.slice(0, 40)}” (${node.className || node.localName})`);
  }
  return weak;
})()
