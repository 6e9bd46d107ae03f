import CreditsClient
import Glibc

/// Prints the story: chapters, calls as a program would write them, and their responses.
struct Narrator {
  private let isTerminal = isatty(STDOUT_FILENO) != 0
  private var chapter = 0

  func title(_ text: String) { print("\n\(styled(text, "1"))\n") }

  func line(_ text: String = "") { print(text.isEmpty ? "" : "   \(text)") }

  mutating func chapter(_ text: String) {
    chapter += 1
    print("\n\(styled("\(chapter < 10 ? " " : "")\(chapter) \(text)", "1"))")
  }

  /// Prints `code`, makes the call, and prints its response as described by `answer`.
  ///
  /// Throws if the call is refused, or, with `expectsRefusal`, if it is not.
  func call<Response>(
    _ code: String,
    expectsRefusal: Bool = false,
    _ body: () async throws -> Response,
    answer: (Response) -> String
  ) async throws {
    self.code(code)
    do {
      let response = try await body()
      guard !expectsRefusal else { throw UnexpectedAnswer() }
      print("   \(styled("→", "32")) \(answer(response))")
    } catch let error as CreditsError {
      guard expectsRefusal else { throw error }
      print("   \(styled("✗", "31")) \(error)")
    }
    try flush()
  }

  func code(_ text: String) { print("   \(styled(text, "36"))") }

  /// Prints an event of a watch.
  func event(_ text: String) throws {
    print("   \(styled("◆", "33")) \(text)")
    try flush()
  }

  /// Shows what has been printed. Fails once the reader has gone: nobody is left to tell the story to.
  func flush() throws {
    guard fflush(nil) == 0 else { throw ReaderGone() }
  }

  private func styled(_ text: String, _ style: String) -> String {
    isTerminal ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}

/// Standard output cannot be written, so nobody reads the story.
private struct ReaderGone: Error, CustomStringConvertible {
  let description = "standard output cannot be written"
}

/// A call succeeded that the story expects to be refused.
private struct UnexpectedAnswer: Error, CustomStringConvertible {
  let description = "this call should have been refused"
}
