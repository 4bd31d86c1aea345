extension ConversionPage {
  /// Colours for light ground and, where the viewer asks for it, for dark.
  static let css = """
    :root { --ink: #1f2328; --quiet: #59636e; --ground: #fff; --card: #f6f8fa; --line: #d1d9e0; --good: #0969da; --bad: #cf222e; \
    --so: #bf8700; color-scheme: light dark }
    @media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --quiet: #9198a1; --ground: #0d1117; --card: #151b23; \
    --line: #3d444d; --good: #4493f8; --bad: #f85149; --so: #d29922 } }
    body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif }
    main { max-width: 66em; margin: auto; padding: 2em 1.2em 4em }
    h1 { font-size: 1.9em; margin: 0; overflow-wrap: anywhere } h2 { font-size: 1.2em; margin: 0 }
    header p { font-size: 1.1em; margin: .3em 0 1.4em; color: var(--quiet) } header b { color: var(--ink) }
    section { margin-top: 2.6em } section > p { color: var(--quiet); margin: .2em 0 .8em }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(12.5em, 1fr)); gap: .7em }
    .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: .6em; padding: .7em .9em }
    .tiles span, .tiles small { color: var(--quiet); display: block; font-size: .85em } .tiles b { font-size: 1.45em; font-weight: 600 }
    .warn { border-left: .3em solid var(--so); padding-left: 1em } .warn ul { margin: .3em 0; padding-left: 1.1em }
    table { border-collapse: collapse; margin: .6em 0 } .wide { overflow-x: auto } .wide table { min-width: 60% }
    th, td { padding: .22em .7em; text-align: left; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
    th { font-weight: 600; font-size: .87em; color: var(--quiet) }
    td.n, .matrix td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
    .bars { width: 40% } .bar { background: var(--good); height: .75em; border-radius: .2em; min-width: 1px; margin: 1px 0 }
    .bar.low { background: var(--bad) } .bar.middle { background: var(--so) } .bar.none, .bar.other { opacity: .35 }
    tr.worst td:first-child { font-weight: 600 } tr.worst td:first-child::after { content: " ●"; color: var(--bad) }
    i { font-style: normal; font-size: .85em; background: var(--card); border: 1px solid var(--line); border-radius: .3em; padding: 0 .35em }
    .matrix { width: auto } .matrix th, .matrix td { padding: .2em .45em; text-align: center; border: 0; min-width: 1.6em }
    .hit { background: color-mix(in srgb, var(--good) var(--v), transparent) } .matrix .hit, .matrix .miss { border-radius: .25em }
    td.miss { background: color-mix(in srgb, var(--bad) var(--v), transparent) } dd.miss { color: var(--bad); font-weight: 600 }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17em, 1fr)); gap: .8em }
    figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: .6em; padding: .8em; overflow: hidden }
    figure img { width: 100%; max-height: 11em; object-fit: contain; image-rendering: pixelated; background: #0002; border-radius: .3em }
    figure svg { width: 100%; height: 6em } figure path { fill: var(--good); stroke: none } .curve path { stroke: var(--good) }
    .ends { display: flex; justify-content: space-between; font-size: .8em; color: var(--quiet) }
    figcaption { font-size: .92em; margin-top: .4em; overflow-wrap: anywhere }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .7em; margin: .2em 0 0 } dt { color: var(--quiet) } dd { margin: 0 }
    summary { cursor: pointer; color: var(--good); margin-top: .8em } img.network { max-width: 100%; display: block; margin-top: .6em }
    """
}
