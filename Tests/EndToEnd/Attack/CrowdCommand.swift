import ArgumentParser

/// An honest crowd.
struct CrowdCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crowd",
    abstract: "Make many calls at once, and say how many succeeded."
  )

  @Option(help: "How many connections.")
  var connections = 4000

  @Option(help: "How many calls on each.")
  var calls = 5

  @OptionGroup var caller: CallerOptions

  func run() throws {
    try caller.become()
    print(Crowd(path: caller.socket, connections: connections, callsPerConnection: calls).run())
  }
}
