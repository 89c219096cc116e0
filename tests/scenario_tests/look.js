// Measures the framed page: its width, its contrasts, its landmarks. Runs when the frame has loaded.
const frame = document.getElementById("page");
frame.addEventListener("load", () => {
  const page = frame.contentDocument, view = frame.contentWindow, problems = [];
  page.querySelectorAll("details").forEach((part) => { part.open = true; });
  const parse = (text) => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => {
    const part = (c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(view.getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let texts = 0;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
    texts += 1;
    const inGraph = element.closest("svg");
    const box = inGraph && element.parentElement.querySelector("rect");
    const style = view.getComputedStyle(element);
    const ink = parse(inGraph ? style.fill : style.color);
    const back = box ? parse(view.getComputedStyle(box).fill) : behind(element);
    const [high, low] = [light(ink), light(back)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
    if (parseFloat(style.fontSize) < 11) problems.push(`small text: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  const root = page.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
  if (!root.lang) problems.push("no language");
  if (!page.title) problems.push("no title");
  for (const mark of ["header", "main", "nav", "footer", "h1"])
    if (page.querySelectorAll(mark).length !== 1) problems.push(`not one ${mark}`);
  let level = 0;
  page.querySelectorAll("h1,h2,h3,h4").forEach((heading) => {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) problems.push(`heading skips a level: ${heading.textContent.slice(0, 40)}`);
    if (!heading.textContent.trim()) problems.push("an empty heading");
    level = now;
  });
  page.querySelectorAll(".scroll").forEach((part) => {
    if (part.tabIndex !== 0 || !part.getAttribute("aria-label")) problems.push("a scrolled part that no key reaches");
  });
  page.querySelectorAll("[aria-labelledby]").forEach((part) => {
    if (!page.getElementById(part.getAttribute("aria-labelledby"))) problems.push("a label that is not there");
  });
  page.querySelectorAll("a[href^='#']").forEach((link) => {
    if (!page.getElementById(link.hash.slice(1))) problems.push(`a link to nowhere: ${link.hash}`);
  });
  const ids = [...page.querySelectorAll("[id]")].map((part) => part.id);
  if (new Set(ids).size !== ids.length) problems.push("an id twice");
  page.querySelectorAll("th").forEach((cell) => { if (!cell.scope) problems.push("a header without scope"); });
  document.getElementById("found").textContent = JSON.stringify({
    width: root.clientWidth, background: light(behind(page.body)), title: page.title, texts,
    problems: [...new Set(problems)].slice(0, 20),
  });
});
