import ArgumentParser
import Glibc
import SimulatedProcessor
import SystemCalls

/// Prints the charges and refunds of a simulated processor.
struct PrintBooks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "books",
    abstract: "Prints the charges, refunds and disputes of a simulator's file as they are now.",
    discussion: """
      A line each, with tabs between its fields: charge, id, recharge, micros, currency, status, decline code or URL; \
      refund (or foreign_refund, made without the ledger), id, charge, micros, currency, status, failure code; dispute, id, charge, micros, currency, state. \
      The simulator may be running or not.
      """
  )

  @Option(help: ArgumentHelp("The file of its books.", valueName: "path"))
  var file: String

  func run() throws {
    let text = try BookListing(path: file).lines.map { $0 + "\n" }.joined()
    do throws(SystemError) {
      try ByteStream.writeAll(Array(text.utf8)[...], to: STDOUT_FILENO)
    } catch {
      throw OutputFailure(cause: error)
    }
  }

  /// Whoever compares the books must not take a part for the whole.
  private struct OutputFailure: Error, CustomStringConvertible {
    let cause: SystemError

    var description: String { "cannot write to standard output: \(cause)" }
  }
}
