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
}
