"use strict";
// Without script the list is whole and the box stays hidden.
const box = document.getElementById("find");
if (box) {
  const articles = Array.from(document.querySelectorAll("details.article"), (element) => ({
    element,
    words: element.textContent.toLowerCase(),
  }));
  const said = document.getElementById("found");
  box.closest(".search").hidden = false;
  box.addEventListener("input", () => {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const article of articles) {
      const fits = wanted.every((word) => article.words.includes(word));
      article.element.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    said.textContent = wanted.length ? `${shown} of ${articles.length} shown` : "";
  });
  // `/` leads to the box and Escape out of it, as on many pages of this kind.
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== box) {
      event.preventDefault();
      box.focus();
    } else if (event.key === "Escape" && document.activeElement === box) {
      box.value = "";
      box.dispatchEvent(new Event("input"));
      box.blur();
    }
  });
}
