import ArgumentParser
import SimulatedProcessor

/// Lists the test cards.
struct ListCards: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cards",
    abstract: "Lists the test cards, and what becomes of their charges.",
    discussion: """
      A line each, with tabs between its fields: the token, the network, the last four digits, what becomes of a charge. \
      Visas of Stripe are known with and without visa_ in their names. pm_sim_expires_YYYY_MM expires at the end of a month.
      """
  )

  func run() throws {
    for line in TestCardListing.lines { print(line) }
  }
}
