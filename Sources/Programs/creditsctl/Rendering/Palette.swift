import DynamicMessages

/// The colours of text, or none if the terminal shows none.
struct Palette: Sendable {
  private let isColoured: Bool

  init(of terminal: Terminal) {
    isColoured = terminal.showsColours
  }

  init(isColoured: Bool) {
    self.isColoured = isColoured
  }

  private func marked(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  func error(_ text: String) -> String { marked(text, "1;31") }
  func good(_ text: String) -> String { marked(text, "32") }
  func name(_ text: String) -> String { marked(text, "1") }
  func keyword(_ text: String) -> String { marked(text, "35") }
  func type(_ text: String) -> String { marked(text, "36") }
  func faint(_ text: String) -> String { marked(text, "2") }

  var json: JSONWriter.Theme {
    guard isColoured else { return .plain }
    var theme = JSONWriter.Theme()
    theme.key = "\u{1B}[34;1m"
    theme.string = "\u{1B}[32m"
    theme.number = "\u{1B}[36m"
    theme.word = "\u{1B}[35m"
    theme.end = "\u{1B}[0m"
    return theme
  }
}
