import ArgumentParser
package import Logging
import ProcessSetup
package import UnixSignals

/// What the programs that serve have in common: signals, the log, and how errors end them.
package enum ServiceProcess {
  /// How long the exit waits for the log to be written.
  private static let flushPatience = Duration.seconds(1)

  private static let writer = LineWriter {
    LineOutput(descriptor: 2) { count in
      let lines = count == 1 ? "line was" : "lines were"
      let text = " \(count) \(lines) dropped: standard error could not take them in time"
      return ServiceLogHandler.line(level: .warning, label: "log", text: text)
    }
  }

  /// Protects the process from the signals and descriptors that it inherits. Called first in `main`, because the runtime
  /// opens descriptors of its own once a task has suspended.
  package static func prepare() { ProcessSetup.prepareService() }

  /// Runs a service until `body` returns. The log goes to standard error without blocking.
  ///
  /// - Throws: Errors about the command line, unchanged. Any other error is logged and becomes an exit status, because the
  ///   parser would block while printing it to a pipe that nobody reads.
  package static func run(_ body: () async throws -> Void) async throws {
    LoggingSystem.bootstrap { ServiceLogHandler(label: $0, writer: writer) }
    defer { writer.flush(patience: flushPatience) }
    do { try await body() } catch {
      if error is ValidationError || error is CleanExit || error is ExitCode { throw error }
      writer.write(ServiceLogHandler.printable("Error: \(error)") + [UInt8(ascii: "\n")], isUrgent: true)
      throw ExitCode.failure
    }
  }

  /// Traps signals until the returned task is cancelled: calls `end` for SIGTERM and SIGINT, and logs those that have no
  /// effect.
  package static func trapSignals(
    _ logger: Logger,
    end: @escaping @Sendable (UnixSignal) -> Void
  ) async -> Task<Void, Never> {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr1, .sigusr2)
    return Task {
      for await signal in signals {
        switch signal {
        case .sigterm, .sigint: end(signal)
        case .sighup: logger.notice("SIGHUP is ignored: settings are read at start, so restart to change them")
        default: logger.notice("a signal is ignored that means nothing here", metadata: ["signal": "\(signal)"])
        }
      }
    }
  }
}
