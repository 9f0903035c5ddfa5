# ruff: noqa: E501 (markup, as sites write it)
"""Pages of made sites that only lead to stories, by shape.

The rule that rejects them (flows/clean/html/link_lists.py) was made on LISTINGS, and seen on HELD_BACK and HELD_BACK_AGAIN later;
docs/explanation/quality.md has the figures.
"""

from collections.abc import Callable

from tests.benchmarks import newsroom
from tests.clean.made_site import Item, Site, piece


def wordpress_archive(site: Site) -> str:
    posts = "".join(
        f'<article class="post type-post hentry"><header class="entry-header"><h2 class="entry-title">'
        f'<a href="{item.href}" rel="bookmark">{item.title}</a></h2>{piece(item.stamp, name="entry-meta")}</header>'
        f'<div class="entry-summary">{piece(item.teaser)}</div></article>'
        for item in site.items()
    )
    links = f'<nav class="pagination"><a href="?p=2">2</a> <a href="?p=3">3</a> <a href="?p=2">{site["next"]}</a></nav>'
    return f'<main id="main"><header><h1 class="page-title">{site["section"]}</h1></header>{posts}{links}</main>'


def headline_list(site: Site) -> str:
    rows = "".join(
        f'<li><a href="{item.href}">{item.title}</a>{piece(item.stamp, "<span class={}>{}</span>", "date")}</li>'
        for item in site.items()
    )
    return f'<div class="content"><h1>{site["tag"]} {site.title()}</h1><ul class="list">{rows}</ul></div>'


def card_grid(site: Site) -> str:
    cards = "".join(
        f'<div class="col-md-4"><div class="card"><a href="{item.href}"><img src="a.jpg" alt=""></a>'
        f'<div class="card-body"><h5 class="card-title"><a href="{item.href}">{item.title}</a></h5>'
        f"{piece(item.teaser, name='card-text')}{piece(item.stamp, name='text-muted')}</div></div></div>"
        for item in site.items()
    )
    return f'<div class="container"><h2>{site["section"]}</h2><div class="row">{cards}</div></div>'


def whole_card_links(site: Site) -> str:
    cards = "".join(
        f'<a class="story-card" href="{item.href}"><img src="a.jpg" alt=""><h3>{item.title}</h3>{piece(item.teaser)}'
        f"{piece(item.stamp, '<span class={}>{}</span>', 'time')}</a>"
        for item in site.items()
    )
    return f'<section class="stories"><h1>{site["section"]}</h1>{cards}</section>'


def search_table(site: Site) -> str:
    rows = "".join(
        f'<tr><td>{number}.</td><td><a href="{item.href}">{item.title}</a><br>{item.teaser}</td><td>{item.stamp}</td></tr>'
        for number, item in enumerate(site.items(), 1)
    )
    return f"<div id=hasil><h2>{site['results']} &quot;dermaga&quot;</h2><table border=0>{rows}</table></div>"


def tag_page(site: Site) -> str:
    rows = "".join(
        f'<div class="media__row"><div class="media__image"><a href="{item.href}"><img src="a.jpg"></a></div>'
        f'<div class="media__text"><h2 class="media__subtitle">{site["section"]}</h2><h3 class="media__title">'
        f'<a href="{item.href}" class="media__link">{item.title}</a></h3>{piece(item.teaser, "<div class={}>{}</div>")}'
        f"{piece(item.stamp, '<div class={}><span>{}</span></div>', 'media__date')}</div></div>"
        for item in site.items()
    )
    return f'<div class="column-8"><div class="list-content">{rows}</div></div>'


def front_page(site: Site) -> str:
    parts = []
    for section in newsroom.SECTIONS[:4]:
        first, *rest = site.items(6)
        others = "".join(f'<li><a href="{item.href}">{item.title}</a></li>' for item in rest)
        parts.append(
            f'<section class="box"><h2><a href="/{section.lower()}">{section}</a></h2><div class="hero">'
            f'<a href="{first.href}"><img src="a.jpg"></a><h3><a href="{first.href}">{first.title}</a></h3>'
            f"{piece(first.teaser)}{piece(first.stamp, name='date')}</div><ul>{others}</ul></section>"
        )
    return f"<main>{''.join(parts)}</main>"


def endless_list(site: Site) -> str:
    rows = "".join(
        f'<div class="item"><h2>{item.title}</h2>{piece(item.stamp, name="tgl")}{piece(item.teaser)}'
        f'<a class="btn" href="{item.href}">{site["more"]}</a></div>'
        for item in site.items()
    )
    return f'<div id="load-more">{rows}</div><button>Muat lagi</button>'


def old_flat_list(site: Site) -> str:
    rows = "".join(
        f'<a href="{item.href}"><b>{item.title}</b></a><br>{item.stamp} {item.teaser}<br><br>' for item in site.items()
    )
    return f"<table width=760><tr><td width=500 valign=top><font size=4>{site['section']}</font><br>{rows}</td></tr></table>"


def flat_headings(site: Site) -> str:
    def teaser(item: Item) -> str:
        return piece(f'{item.teaser} <a href="{item.href}">{site["more"]}</a>' if item.teaser else "")

    rows = "".join(
        f'<h3><a href="{item.href}">{item.title}</a></h3>{piece(item.stamp, name="date")}{teaser(item)}'
        for item in site.items()
    )
    return f'<div class="archive"><h1>{site["section"]}</h1>{rows}</div>'


LISTINGS: dict[str, Callable[[Site], str]] = {
    shape.__name__: shape
    for shape in (
        wordpress_archive, headline_list, card_grid, whole_card_links, search_table, tag_page, front_page,
        endless_list, old_flat_list, flat_headings,
    )
}  # fmt: skip


# Written when the rule was fixed, to see it on shapes that it was not made on.


def definition_list(site: Site) -> str:
    rows = "".join(
        f'<dt><a href="{item.href}">{item.title}</a></dt><dd>{item.stamp} {item.teaser}</dd>' for item in site.items()
    )
    return f"<div id=arsip><h2>{site['section']}</h2><dl>{rows}</dl></div>"


def author_page(site: Site) -> str:
    who = site.random.choice(newsroom.FIRST)
    rows = "".join(
        f'<div class="td_module_16 td_module_wrap"><div class="td-module-thumb"><a href="{item.href}"><img src="a.jpg"></a>'
        f'</div><div class="item-details"><h3 class="entry-title td-module-title"><a href="{item.href}" rel="bookmark">'
        f'{item.title}</a></h3><div class="td-module-meta-info"><span class="td-post-author-name"><a href="/u/{who}">{who}'
        f'</a></span><span>{item.stamp}</span></div><div class="td-excerpt">{item.teaser}</div></div></div>'
        for item in site.items()
    )
    box = f'<div class="author-box"><img src="u.jpg"><div class="name">{who}</div><div>12 {site["about"]}</div></div>'
    return f'<div class="td-main-content">{box}{rows}</div>'


def utility_classes(site: Site) -> str:
    """Divs alone, whose classes say nothing and differ from item to item."""
    rows = "".join(
        f'<div class="flex gap-{number % 4} py-4 {"border-t" if number else ""}"><div class="w-1/3"><a href="{item.href}">'
        f'<img src="a.jpg" alt="{item.title}"></a></div><div class="flex-1"><a href="/{site["section"].lower()}" '
        f'class="text-xs uppercase">{site["section"]}</a><a href="{item.href}" class="block font-bold text-lg mt-{number % 3}">'
        f'<span>{item.title}</span></a><div class="text-sm">{item.teaser}</div><div class="text-xs">{item.stamp}</div>'
        f"</div></div>"
        for number, item in enumerate(site.items())
    )
    return f'<div class="max-w-5xl mx-auto"><div class="text-2xl">{site["section"]}</div>{rows}</div>'


def long_excerpts(site: Site) -> str:
    """A blog's front page: the first hundred words of each post, cut off."""
    posts = ""
    for item in site.items():
        words = site.sentences(7).split(" ")[:90] if site.teasers == "cut" else [item.teaser]
        more = f'<div class="jump-link"><a href="{item.href}#more">{site["more"]} &raquo;</a></div>'
        posts += (
            f'<div class="post hentry"><h3 class="post-title entry-title"><a href="{item.href}">{item.title}</a></h3>'
            f'<div class="post-body entry-content">{" ".join(words)}{"..." if len(words) > 1 else ""}</div>{more}'
            f'<div class="post-footer">{item.stamp}</div></div>'
        )
    return f'<div class="blog-posts hfeed">{posts}</div><div id="blog-pager"><a href="?older">{site["next"]}</a></div>'


def results_with_addresses(site: Site) -> str:
    rows = "".join(
        f'<div class="gsc-result"><div class="gs-title"><a href="https://dermaga.example{item.href}">{item.title}</a></div>'
        f'<div class="gs-visibleUrl">dermaga.example{item.href}</div><div class="gs-snippet">{item.stamp} ... '
        f"{item.teaser.replace(' di ', ' <b>di</b> ')}</div></div>"
        for item in site.items()
    )
    return f'<h1>{site["results"]} "dermaga"</h1><p>{site.count} {site["results"].lower()}</p><div class="gsc-results">{rows}</div>'


def views_rows(site: Site) -> str:
    rows = "".join(
        f'<div class="views-row views-row-{number} {"views-row-odd" if number % 2 else "views-row-even"}"><div '
        f'class="views-field views-field-title"><span class="field-content"><a href="{item.href}">{item.title}</a></span>'
        f'</div><div class="views-field-created">{item.stamp}</div><div class="views-field views-field-body"><div '
        f'class="field-content"><p>{item.teaser}</p></div></div><div class="views-field-view-node"><a href="{item.href}">'
        f"{site['more']}</a></div></div>"
        for number, item in enumerate(site.items(), 1)
    )
    return f'<div class="region-content"><h1 id="page-title">{site["section"]}</h1><div class="view-content">{rows}</div></div>'


def ranked_list(site: Site) -> str:
    rows = "".join(
        f'<div class="most__item"><div class="most__num">#{number}</div><h4><a href="{item.href}">{item.title}</a></h4>'
        f"<span>{item.stamp}</span>{piece(item.teaser, name='lead')}</div>"
        for number, item in enumerate(site.items(), 1)
    )
    return f'<div class="most"><h2>{site["popular"]}</h2>{rows}</div>'


def described_tag(site: Site) -> str:
    """The list of a tag that says in one sentence what it is about."""
    rows = "".join(
        f'<li class="art-list"><h3><a class="f20" href="{item.href}">{item.title}</a></h3><h4>{item.teaser}</h4>'
        f'<div class="grey"><time>{item.stamp}</time></div></li>'
        for item in site.items()
    )
    return f'<h1>{site["tag"]} dermaga</h1><p class="deskripsi">{site.sentences(1)}</p><ul class="lsi">{rows}</ul>'


def magazine_front(site: Site) -> str:
    """A hero, two columns of teasers, a row of videos, headlines by section."""
    hero, *rest = site.items(13)
    columns = "".join(
        f'<div class="c"><h2><a href="{item.href}">{item.title}</a></h2>{piece(item.stamp)}{piece(item.teaser)}</div>'
        for item in rest[:4]
    )
    videos = "".join(f'<a class="v" href="{item.href}"><img src="v.jpg"><b>{item.title}</b></a>' for item in rest[4:8])
    lines = "".join(f'<p><a href="{item.href}">{item.title}</a></p>' for item in rest[8:])
    return (
        f'<div class="hero"><a href="{hero.href}"><h1>{hero.title}</h1></a>{piece(hero.teaser)}</div><div class="grid">{columns}'
        f'</div><div class="videos">{videos}</div><div class="box"><h5>{site["section"]}</h5>{lines}</div>'
    )


HELD_BACK: dict[str, Callable[[Site], str]] = {
    shape.__name__: shape
    for shape in (
        definition_list, author_page, utility_classes, long_excerpts, results_with_addresses, views_rows, ranked_list,
        described_tag, magazine_front,
    )
}  # fmt: skip


# Written after that, once what the first of them had shown was mended.


def nested_cards(site: Site) -> str:
    """Links in spans in paragraphs in links, sections and hours as items of a list in each item."""
    rows = "".join(
        f'<li class="x-{number % 2}"><div data-testid="card"><a class="link" href="{item.href}"><span role="text"><p>'
        f'<span>{item.title}</span></p></span></a><p>{item.teaser}</p><ul class="meta"><li><span>{item.stamp}</span></li>'
        f'<li><a href="/{site["section"].lower()}"><span>{site["section"]}</span></a></li></ul></div></li>'
        for number, item in enumerate(site.items())
    )
    return f'<div role="main"><h1 id="c">{site["section"]}</h1><ol role="list">{rows}</ol></div>'


def unlinked_headlines(site: Site) -> str:
    """A bold headline without a link, and the way on at the end of its teaser's own line."""
    rows = "".join(
        f'<tr><td><b>{item.title}</b><br>{item.stamp} {item.teaser} <a href="{item.href}">[{site["more"].lower()}]</a>'
        f"</td></tr>"
        for item in site.items()
    )
    return f'<table class="berita"><tr><td><font size=5>{site["section"]}</font></td></tr>{rows}</table>'


def threads(site: Site) -> str:
    rows = "".join(
        f'<tr class="row{number % 2}"><td><a href="{item.href}" class="topictitle">{item.title}</a> oleh <a href="/u/{number}">'
        f"{site.random.choice(newsroom.FIRST)}</a></td><td>{number * 3}</td><td>{number * 31}</td><td>{item.stamp}</td></tr>"
        for number, item in enumerate(site.items())
    )
    return f'<div class="forumbg"><h2>{site["section"]}</h2><table><tr><th>A</th><th>B</th></tr>{rows}</table></div>'


def custom_elements(site: Site) -> str:
    rows = "".join(
        f'<app-teaser><header><app-link><a href="{item.href}?from=list"><h2>{item.title}</h2></a></app-link></header>'
        f"<app-text>{item.teaser}</app-text><app-date>{item.stamp}</app-date></app-teaser>"
        for item in site.items()
    )
    return f"<app-root><app-page><h1>{site['section']}</h1><app-list>{rows}</app-list></app-page></app-root>"


def two_columns(site: Site) -> str:
    """Teasers to the left, headlines of the day to the right, a wide one on top, all within one <article>."""
    top, *rest = site.items(15)
    left = "".join(
        f'<div class="box"><h4 class="kanal">{site["section"]}</h4><h2><a href="{item.href}">{item.title}</a></h2>'
        f"{piece(item.teaser, '<span class={}>{}</span>')}</div>"
        for item in rest[:6]
    )
    right = "".join(f"<div><a href='{item.href}'>{item.title}</a> {item.stamp}</div>" for item in rest[6:])
    return (
        f'<article><section class="lead"><h1><a href="{top.href}">{top.title}</a></h1>{piece(top.teaser)}</section>'
        f'<section class="left">{left}</section><section class="right">{right}</section></article>'
    )


HELD_BACK_AGAIN: dict[str, Callable[[Site], str]] = {
    shape.__name__: shape for shape in (nested_cards, unlinked_headlines, threads, custom_elements, two_columns)
}
