import ArgumentParser
import ProtobufWire
import UnixGRPC

struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Ask whether a server, or one of its services, is serving.",
    discussion: """
      Exit status 0 if it is. Asks grpc.health.v1.Health; needs no reflection. For the server as a whole, standard error \
      names what is not serving; creditsd's clock is such a name, and is not serving while the host's clock is in doubt.
      """
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
        let call = try await connection.startCall(Self.method("Watch"), timeout: nil)
        try await call.send(request.bytes)
        call.finishSending()
        for try await message in call.responses { isServing = Self.show(message) }
      } else {
        let method = Self.method("Check")
        isServing = Self.show(
          try await connection.unary(method, request.bytes, timeout: Connection.questionTimeout).message
        )
        if service == nil { await Self.showWhatIsNotServing(connection) }
      }
    } catch let status as GRPCStatus {
      throw Self.failure(status, connection, service)
    }
    if !isServing { throw CommandFailure.negative }
  }

  /// A server that has no such list has nothing to add.
  private static func showWhatIsNotServing(_ connection: Connection) async {
    let response = try? await connection.unary(method("List"), [], timeout: Connection.questionTimeout)
    guard let list = response?.message else { return }
    var statuses: [(name: String, number: Int)] = []
    var reader = WireReader(list)
    while let entry = try? reader.next() {
      guard entry.number == 1, let bytes = entry.bytes else { continue }
      var status = (name: "", number: 0)
      var fields = WireReader(bytes)
      while let field = try? fields.next() {
        if field.number == 1 { status.name = field.string ?? "" }
        if field.number == 2, let bytes = field.bytes { status.number = number(in: bytes) }
      }
      statuses.append(status)
    }
    let palette = Palette(of: .standardError)
    for status in statuses.sorted(by: { $0.name < $1.name }) where !status.name.isEmpty && status.number != 1 {
      Terminal.standardError.write("\(visible(status.name)): \(palette.error(name(of: status.number)))\n")
    }
  }

  private static func method(_ name: String) -> MethodName {
    MethodName(service: "grpc.health.v1.Health", method: name)
  }

  private static func failure(_ status: GRPCStatus, _ connection: Connection, _ service: String?) -> CommandFailure {
    switch status.code {
    case .unimplemented: .schema("the server on \(connection.socket) has no health service")
    case .notFound: .usage("the server's health service does not know \"\(service ?? "")\"")
    default: connection.failure(status)
    }
  }

  /// Prints the status of a health response. Returns whether it is SERVING.
  private static func show(_ message: [UInt8]) -> Bool {
    let number = number(in: message[...])
    let palette = Palette(of: .standardOutput)
    let name = name(of: number)
    Terminal.standardOutput.write((number == 1 ? palette.good(name) : palette.error(name)) + "\n")
    return number == 1
  }

  /// The status in a HealthCheckResponse.
  private static func number(in message: ArraySlice<UInt8>) -> Int {
    var number = 0
    var reader = WireReader(message)
    while let field = try? reader.next() {
      if field.number == 1, let value = field.varint { number = Int(truncatingIfNeeded: value) }
    }
    return number
  }

  private static func name(of number: Int) -> String {
    let names = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]
    return names.indices.contains(number) ? names[number] : "\(number)"
  }
}
