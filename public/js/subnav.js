// A long page's list of its sections marks the one that is read. Markup: nav.subnav beside sections with ids, in a .page.
(() => {
  /** A section is read once its head has come this near to the top. */
  const NEAR_PX = 80;

  function follow(nav) {
    const page = nav.closest(".page");
    const links = new Map();
    for (const link of nav.querySelectorAll('a[href^="#"]')) {
      const section = document.getElementById(link.hash.slice(1));
      if (section) links.set(section, link);
    }
    const mark = () => {
      const read = readOf([...links.keys()], page);
      for (const [section, link] of links) {
        if (section === read) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    page.addEventListener("scroll", mark, { passive: true });
    addEventListener("hashchange", mark);
    mark();
  }

  /** The last one whose head is near the top; what was asked for also where the page ends before it gets there. */
  function readOf(sections, page) {
    const top = page.getBoundingClientRect().top;
    const ended = page.scrollTop + page.clientHeight >= page.scrollHeight - 1;
    const asked = sections.find((section) => section.matches(":target"));
    if (ended && asked && asked.getBoundingClientRect().top >= top) return asked;
    return sections.findLast((section) => section.getBoundingClientRect().top - top < NEAR_PX) ?? sections[0];
  }

  for (const nav of document.querySelectorAll("nav.subnav")) follow(nav);
})();
