import ArgumentParser
import CreditsVersion
import ServiceProcess

/// Runs the simulated payment processor as a separate process.
@main
struct CreditsSimulator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits-simulator",
    abstract: "A payment processor that charges nobody.",
    version: CreditsVersion.current,
    subcommands: [Serve.self, PrintBooks.self, ListCards.self, Authenticate.self],
    defaultSubcommand: Serve.self
  )

  static func main() async {
    ServiceProcess.prepare()
    await main(nil)
  }
}
