import Foundation
import Ledger
import Logging
import PaymentProcessing
import ProcessorAPI
import ProcessorRPC
import Testing
import UnixGRPC

/// A processor on a socket of its own, with its clients.
final class ServedProcessor: Sendable {
  let remote: RemoteProcessor
  private let shutDown: @Sendable () -> Void
  private let serving: Task<Void, any Error>

  /// Serves the processor as `credits-simulator` does.
  convenience init(
    _ processor: any PaymentProcessor,
    in directory: TemporaryDirectory,
    caller: UInt32 = getuid(),
    expecting user: UInt32 = getuid(),
    timeouts: RemoteProcessor.Timeouts = RemoteProcessor.Timeouts()
  ) async throws {
    let server = try ProcessorServer(
      processor,
      socket: .path(directory.socketPath),
      callerUserID: caller,
      logger: .quiet
    )
    try await self.init(
      directory,
      user: user,
      timeouts: timeouts,
      shutDown: { server.beginGracefulShutdown() },
      run: { try await server.run(whenListening: $0) }
    )
  }

  /// Serves a processor that may break the contract.
  convenience init(
    stub: any PaymentProcessorService,
    in directory: TemporaryDirectory,
    timeouts: RemoteProcessor.Timeouts = RemoteProcessor.Timeouts()
  ) async throws {
    var configuration = GRPCServer.Configuration(socketPath: directory.socketPath)
    configuration.notifiesServiceManager = false
    let server = GRPCServer(services: [stub.serviceDefinition], configuration: configuration, logger: .quiet)
    try await self.init(
      directory,
      user: getuid(),
      timeouts: timeouts,
      shutDown: { server.beginGracefulShutdown() },
      run: { try await server.run(whenListening: $0) }
    )
  }

  private init(
    _ directory: TemporaryDirectory,
    user: UInt32,
    timeouts: RemoteProcessor.Timeouts,
    shutDown: @escaping @Sendable () -> Void,
    run: @escaping @Sendable (@escaping @Sendable () -> Void) async throws -> Void
  ) async throws {
    let (listening, listens) = AsyncStream<Void>.makeStream()
    serving = Task {
      defer { listens.finish() }
      try await run { listens.finish() }
    }
    for await _ in listening {}
    self.shutDown = shutDown
    remote = RemoteProcessor(socketPath: directory.socketPath, userID: user, timeouts: timeouts)
  }

  func close() async {
    await remote.close()
    shutDown()
    do {
      try await serving.value
    } catch {
      Issue.record(error)
    }
  }
}

/// A directory that is removed after the test.
final class TemporaryDirectory: Sendable {
  let path = FileManager.default.temporaryDirectory.appending(path: "p\(UInt32.random(in: 0 ... .max))").path
  var socketPath: String { path + "/run/processor.sock" }

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension Logger {
  static var quiet: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }
}

extension ChargeRequest {
  static let tenDollars = ChargeRequest(
    key: "key-canary",
    rechargeID: RechargeID("r1"),
    walletID: WalletID("w1"),
    amount: Money(micros: 10_000_000, currency: .usd),
    token: PaymentMethodToken("pm_canary")
  )
}
