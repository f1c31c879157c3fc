/* The inbox by keyboard: j and k walk, x ticks, a gives to the owner nearby, m mutes, Enter opens. Works on the page's own forms. */
"use strict";
(() => {
  const letters = [...document.querySelectorAll(".letter")];
  let at = -1;
  const walk = (step) => {
    at = Math.max(0, Math.min(letters.length - 1, at + step));
    letters[at].focus();
    letters[at].scrollIntoView({ block: "nearest" });
  };
  letters.forEach((letter, number) => letter.addEventListener("focusin", () => { at = number; }));
  const press = (selector) => {
    const found = at >= 0 && letters[at].querySelector(selector);
    if (found) found.click();
  };
  const doings = {
    j: () => walk(1),
    k: () => walk(-1),
    x: () => press("input[type=checkbox]"),
    a: () => press("[data-key=a]"),
    m: () => press("[data-key=m]"),
    Enter: () => press(".letter-name a"),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, button, a");
    if (!letters.length || event.ctrlKey || event.metaKey || event.altKey || (typing && event.key === "Enter")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const what = doings[event.key];
    if (what) { event.preventDefault(); what(); }
  });
})();
