/// Builds Swift source text, indented by two spaces per level.
struct SwiftSource {
  private(set) var text = ""
  private var level = 0

  mutating func line(_ line: String = "") {
    text += line.isEmpty ? "\n" : String(repeating: "  ", count: level) + line + "\n"
  }

  /// Writes `opening { arguments in`, the lines of `body` one level deeper, and `closing`.
  mutating func block(
    _ opening: String,
    arguments: String = "",
    closing: String = "}",
    _ body: (inout SwiftSource) throws(GeneratorError) -> Void
  ) throws(GeneratorError) {
    line("\(opening) {\(arguments.isEmpty ? "" : " \(arguments) in")")
    level += 1
    try body(&self)
    level -= 1
    line(closing)
  }

  /// Writes a proto comment as a documentation comment.
  mutating func documentation(_ comment: String, deprecated: Bool = false) {
    var lines = comment.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmingTrailingSpaces() }
    while lines.last == "" { lines.removeLast() }
    if deprecated { lines += (lines.isEmpty ? [] : [""]) + [" Deprecated."] }
    for text in lines {
      line(text.isEmpty ? "///" : text.hasPrefix(" ") ? "///\(text)" : "/// \(text)")
    }
  }
}

extension Substring {
  fileprivate func trimmingTrailingSpaces() -> String {
    var result = self
    while result.last?.isWhitespace == true { result.removeLast() }
    return String(result)
  }
}
