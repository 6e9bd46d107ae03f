public import ArgumentParser
import CreditsVersion
import Failpoints
import Logging
import ServiceProcess

/// Serves the ledger of phone credits on one Unix socket.
@main
struct Creditsd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "creditsd",
    abstract: "Keeps prepaid phone credits and serves them on a Unix socket.",
    discussion: """
      Every option can also be given in the environment (CREDITS_SOCKET, CREDITS_DATA, CREDITS_PROCESSOR, \
      CREDITS_PROCESSOR_USER, CREDITS_LOG_LEVEL, CREDITS_LOG_CALLS, CREDITS_SOCKET_GROUP, CREDITS_LOW_BALANCE, \
      CREDITS_MAXIMUM_SHORTFALL, CREDITS_STOP_TIMEOUT, CREDITS_BUSY_POLLING, CREDITS_EXISTING, CREDITS_CONFIG) or in the \
      configuration file, by the option's name. Options win over \
      the environment, the environment over the file.

      With LISTEN_FDS in the environment, for this process, the socket comes from systemd, and --socket is not used.
      """,
    version: CreditsVersion.current
  )

  @Option(help: ArgumentHelp("Where to listen: at most 107 bytes.", valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("The directory that holds the ledger; made if need be.", valueName: "directory"))
  var data: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Only serve a ledger that is there: never make a new one, as where a disk is not mounted."
  )
  var existing: Bool?

  @Option(
    help: ArgumentHelp(
      "Who charges cards: unix:PATH, a processor that listens there; simulated, which moves no money; or none.",
      discussion: "Without one, calls that need a processor fail with PROCESSOR_UNAVAILABLE. Everything else works.",
      valueName: "processor"
    )
  )
  var processor: ProcessorChoice?

  @Option(
    help: ArgumentHelp(
      "The user, by name or number, that the processor at unix:PATH runs as: this one by default.",
      valueName: "user"
    )
  )
  var processorUser: String?

  @Option(help: "The least level that is logged: trace, debug, info, notice, warning, error, critical.")
  var logLevel: Logger.Level?

  @Flag(inversion: .prefixedNo, help: "Log a line per call: who, method, status, time; never the message.")
  var logCalls: Bool?

  @Option(help: ArgumentHelp("Let members of this group, by name or number, connect too.", valueName: "group"))
  var socketGroup: String?

  @Option(
    help: ArgumentHelp(
      "What is available in a wallet when its owner is to be told that it is low, in dollars: 10 by default.",
      valueName: "dollars"
    )
  )
  var lowBalance: DollarAmount?

  @Option(
    help: ArgumentHelp(
      "How far the captures of one hold may go beyond the hold and its wallet, in dollars: 10 by default.",
      valueName: "dollars"
    )
  )
  var maximumShortfall: DollarAmount?

  @Option(
    help: ArgumentHelp(
      "For how long open calls may go on after SIGTERM: 10s by default; less than systemd's TimeoutStopSec.",
      discussion: "Clients that neither read nor send are waited for one second at most.",
      valueName: "time"
    )
  )
  var stopTimeout: StopTimeout?

  @Flag(
    inversion: .prefixedNo,
    help: "Poll before sleeping while calls follow each other closely: faster, for a part of a core. On by default."
  )
  var busyPolling: Bool?

  @Option(help: ArgumentHelp("A JSON file with any of these settings, and who may call.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "A file with the number of seconds that the clocks are ahead; only with CREDITS_TESTING=1 in the environment.",
      valueName: "file",
      visibility: .hidden
    )
  )
  var testClock: String?

  @Option(
    help: ArgumentHelp(
      "A file with the number of seconds that the wall clock alone is ahead, or behind if negative; with --test-clock.",
      valueName: "file",
      visibility: .hidden
    )
  )
  var testWallClock: String?

  @Option(
    help: ArgumentHelp("Die at this moment, as by a power cut. For tests.", visibility: .hidden),
    transform: { name in
      guard let failpoint = Failpoint(rawValue: name) else {
        let known = Failpoint.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no failpoint \"\(name)\": take one of \(known)")
      }
      return failpoint
    }
  )
  var failAt: Failpoint?

  @Option(
    help: ArgumentHelp("How long a processor at unix:PATH may take, in milliseconds. For tests.", visibility: .hidden)
  )
  var processorTimeout: UInt32?

  static func main() async {
    ServiceProcess.prepare()
    await main(nil)
  }

  func run() async throws {
    try await ServiceProcess.run {
      let settings: Settings
      do {
        settings = try Settings(flags: self, environment: Environment())
      } catch {
        throw ValidationError("\(error)")
      }
      try await Daemon(settings: settings).run()
    }
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
