import ArgumentParser
import Logging
import ProcessorRPC
import ServiceProcess
import SimulatedProcessor
import UnixGRPC

/// Serves until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a payment processor that charges nobody, for creditsd --processor unix:PATH.",
    discussion: """
      It knows the test cards by Stripe's names (pm_card_visa, pm_card_visa_chargeDeclined, …), keeps cards, charges, \
      refunds and disputes in a file, and fails as it is told to.
      """
  )

  @OptionGroup var listening: ProcessorSocketOptions

  @Option(help: ArgumentHelp("The file of its books; made if need be.", valueName: "path"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "How it fails: NAME=PROBABILITY with commas between. Names: \(faultNames).",
      discussion: """
        all=0.3 shares the probability evenly among the faults of a request that pass: all but stored-failure, \
        other-answer and late-effect. slowness=MILLISECONDS is how long a slow answer takes, lateness how long a late \
        effect does, and search-lag how long lookups by key do not show what has changed. The same seed=NUMBER draws the \
        same faults for the same requests.
        """,
      valueName: "plan"
    ),
    transform: { try FaultPlan($0) }
  )
  var faults = FaultPlan()

  @Option(
    help: ArgumentHelp(
      "The file to which it appends its events: a line each, the signature, a tab, the payload.",
      valueName: "path"
    )
  )
  var events: String?

  @Option(
    help: ArgumentHelp(
      "The port on 127.0.0.1 of a web page at which cardholders agree to charges; 0 takes a free one.",
      valueName: "port"
    )
  )
  var pagePort: UInt16?

  private static let faultNames =
    FaultPlan.Fault.allCases.map(\.rawValue).joined(separator: ", ") + ", duplicate-events, reordered-events"

  func run() async throws {
    try await ServiceProcess.run(serve)
  }

  private func serve() async throws {
    let logger = Logger(label: "credits-simulator")
    let eventFile = try events.map { try EventFile(path: $0) }
    let page = try pagePort.map { try AuthenticationPage(port: $0) }
    let processor = try SimulatedProcessor(
      path: file,
      faults: faults,
      authenticationPage: page?.address ?? SimulatedProcessor.noPage,
      sends: { eventFile?.append($0) }
    )
    page?.serve(processor)
    let server = try ProcessorServer(
      processor,
      socket: listening.source,
      callerUserID: listening.callerUserID,
      moreServices: [SimulatorHandlers(processor: processor).serviceDefinition],
      logger: logger
    )
    // Trap the signals before reporting that the server is serving.
    let trapping = await ServiceProcess.trapSignals(logger) { _ in server.beginGracefulShutdown() }
    defer { trapping.cancel() }
    try await server.run {
      logger.info("serving")
      if let page { logger.info("cardholders agree to charges at \(page.address)") }
    }
    processor.close()
  }
}
