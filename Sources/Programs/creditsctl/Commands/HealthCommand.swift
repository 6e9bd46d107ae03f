import ArgumentParser
import ProtobufWire
import UnixGRPC

struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Ask whether a server, or one of its services, is serving.",
    discussion: "Exit status 0 if it is. Asks grpc.health.v1.Health; needs no reflection."
  )

  @OptionGroup var connectionOptions: ConnectionOptions

  @Argument(help: "A service by its full name; the server as a whole when left out.")
  var service: String?

  @Flag(help: "Go on and print every change.")
  var watch = false

  func run() async throws {
    let connection = try connectionOptions.connect()
    var request = WireWriter()
    if let service { request.write(1, string: service) }
    var isServing = false
    do {
      if watch {
        let options = CallOptions(timeout: nil, metadata: connection.metadata)
        let call = try await connection.client.startCall(Self.method("Watch"), options: options)
        try await call.send(request.bytes)
        call.finishSending()
        for try await message in call.responses { isServing = Self.show(message) }
      } else {
        let options = CallOptions(timeout: Connection.questionTimeout, metadata: connection.metadata)
        isServing = Self.show(
          try await connection.client.unary(Self.method("Check"), request.bytes, options: options).message
        )
      }
    } catch let status as GRPCStatus {
      throw Self.failure(status, connection, service)
    }
    if !isServing { throw CommandFailure.negative }
  }

  private static func method(_ name: String) -> MethodName {
    MethodName(service: "grpc.health.v1.Health", method: name)
  }

  private static func failure(_ status: GRPCStatus, _ connection: Connection, _ service: String?) -> CommandFailure {
    switch status.code {
    case .unimplemented: .schema("the server on \(connection.socketPath) has no health service")
    case .notFound: .usage("the server's health service does not know \"\(service ?? "")\"")
    default: connection.failure(status)
    }
  }

  /// Prints the status of a health response. Returns whether it is SERVING.
  private static func show(_ message: [UInt8]) -> Bool {
    let names = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]
    var number = 0
    var reader = WireReader(message)
    while let field = try? reader.next() {
      if field.number == 1, let value = field.varint { number = Int(truncatingIfNeeded: value) }
    }
    let palette = Palette(of: .standardOutput)
    let name = names.indices.contains(number) ? names[number] : "\(number)"
    Terminal.standardOutput.write((number == 1 ? palette.good(name) : palette.error(name)) + "\n")
    return number == 1
  }
}
