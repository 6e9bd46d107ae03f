import ArgumentParser
import SimulatedProcessor

/// Prints the charges and refunds of a simulated processor.
struct PrintBooks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "books",
    abstract: "Prints the charges, refunds and disputes of a simulator's file as they are now.",
    discussion: """
      A line each, with tabs between its fields: charge, id, recharge, micros, currency, status, decline code or URL; \
      refund, id, charge, micros, currency, status, failure code; dispute, id, charge, micros, currency, state. \
      The simulator may be running or not.
      """
  )

  @Option(help: ArgumentHelp("The file of its books.", valueName: "path"))
  var file: String

  func run() throws {
    for line in try BookListing(path: file).lines { print(line) }
  }
}
