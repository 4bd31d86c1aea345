extension ModelDrawing {
  /// Colours for light ground and, where the viewer asks for it, for dark.
  static let css = """
    text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; text-anchor: middle; fill: #1f2328 }
    .heading { font-size: 16px; font-weight: 600 }
    .note { font-size: 12px; fill: #59636e }
    .name { font-size: 12.5px; font-weight: 600 }
    .line { font-size: 11px }
    .key { font-size: 12px; text-anchor: start }
    .ground { fill: #ffffff }
    .edge { fill: none; stroke: #818b98; stroke-width: 1.4; marker-end: url(#arrow) }
    .head { fill: #818b98 }
    rect { stroke-width: 1.2 }
    .port { fill: #f6f8fa; stroke: #59636e }
    .matrix { fill: #ddf4ff; stroke: #0969da }
    .recurrent { fill: #fbefff; stroke: #8250df }
    .reduction { fill: #fff8c5; stroke: #9a6700 }
    .pointwise { fill: #dafbe1; stroke: #1a7f37 }
    .movement { fill: #eff2f5; stroke: #818b98 }
    .bounded { stroke: #cf222e; stroke-width: 2.6; stroke-dasharray: 7 4 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .note { fill: #9198a1 }
      .ground { fill: #0d1117 }
      .edge { stroke: #656c76 }
      .head { fill: #656c76 }
      .port { fill: #151b23; stroke: #9198a1 }
      .matrix { fill: #0c2d4a; stroke: #4493f8 }
      .recurrent { fill: #2d1b4e; stroke: #ab7df8 }
      .reduction { fill: #3a2d0a; stroke: #d29922 }
      .pointwise { fill: #0f2f1a; stroke: #3fb950 }
      .movement { fill: #212830; stroke: #656c76 }
      .bounded { stroke: #f85149 }
    }
    """
}
