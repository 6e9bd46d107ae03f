import ArgumentParser
import Failpoints
import PaymentProcessing
import ProcessorRPC
import SimulatedProcessor

/// The payment processor that charges cards.
enum ProcessorChoice: Equatable, ExpressibleByArgument {
  /// No processor: calls that need one are refused, everything else works.
  case unconfigured
  /// The built-in simulator, which moves no money.
  case simulated
  /// A separate process that serves on a Unix socket.
  case unix(path: String)

  /// Parses `none`, `simulated` or `unix:PATH`.
  init?(argument: String) {
    if argument == "none" {
      self = .unconfigured
    } else if argument == "simulated" {
      self = .simulated
    } else if argument.hasPrefix(Self.prefix) {
      let path = String(argument.dropFirst(Self.prefix.count))
      // sun_path holds 107 bytes and a NUL (unix(7)).
      guard (1...107).contains(path.utf8.count) else { return nil }
      self = .unix(path: path)
    } else {
      return nil
    }
  }

  private static let prefix = "unix:"

  /// What the log says of it at start.
  var summary: String {
    switch self {
    case .unconfigured: "none, so recharges and cards are refused: see --processor"
    case .simulated: "simulated, which moves no money"
    case .unix(let path): Self.prefix + path
    }
  }
}

/// A processor that stays open while the daemon runs.
struct OpenProcessor: Sendable {
  private(set) var processor: any PaymentProcessor
  let close: @Sendable () async -> Void

  init(_ settings: Settings) throws {
    switch settings.processor {
    case .unconfigured:
      processor = UnconfiguredProcessor()
      close = {}
    case .simulated:
      let simulated = try SimulatedProcessor(path: settings.dataDirectory + "/simulated-processor.log")
      processor = simulated
      close = { simulated.close() }
    case .unix(let path):
      var timeouts = RemoteProcessor.Timeouts()
      if let timeout = settings.processorTimeout { (timeouts.effect, timeouts.lookup) = (timeout, timeout) }
      let remote = RemoteProcessor(socketPath: path, userID: settings.processorUserID, timeouts: timeouts)
      processor = remote
      close = { await remote.close() }
    }
    if let failpoint = settings.failpoint { processor = FailingProcessor(processor, at: failpoint) }
  }
}
