import Foundation
import Logging
import ProtobufWire
import Testing
import UnixGRPC

/// The service of probe.proto, served by this package.
enum ProbeServer {
  static let descriptorSet = [UInt8](Data(base64Encoded: base64ProbeDescriptorSet)!)

  enum Reflection: Sendable {
    case both
    case onlyOlder
    case none
    /// Takes questions and answers none.
    case hanging
  }

  /// - Parameters:
  ///   - name: The socket's, in a directory that is gone afterwards.
  ///   - maximumMessageSize: Of requests; nil for the usual.
  static func run(
    reflection: Reflection = .both,
    name: String = "s",
    maximumMessageSize: Int? = nil,
    _ body: (String) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/" + name
    let health = HealthRegistry()
    health.setStatus(.serving)
    health.setStatus(.serving, forService: "probe.v1.ProbeService")
    health.setStatus(.notServing, forService: "probe.v1.MirrorService")
    var services = [probe, mirror]
    if reflection == .hanging { services.append(hangingReflection) }
    if reflection == .both || reflection == .onlyOlder {
      let definitions = try ReflectionService(services: services, descriptorSets: [descriptorSet]).serviceDefinitions
      services += definitions.filter { reflection == .both || $0.name.contains("v1alpha") }
    }
    services.append(health.serviceDefinition)
    var logger = Logger(label: "probe")
    logger.logLevel = .critical
    var configuration = GRPCServer.Configuration(socketPath: path)
    if let maximumMessageSize { configuration.limits.maximumReceiveMessageSize = maximumMessageSize }
    let server = GRPCServer(
      services: services,
      configuration: configuration,
      logger: logger
    )
    let (listening, listens) = AsyncStream<Void>.makeStream()
    async let running: Void = {
      defer { listens.finish() }
      try await server.run { listens.yield() }
    }()
    for await _ in listening { break }
    let result: Result<Void, any Error>
    do { result = .success(try await body(path)) } catch { result = .failure(error) }
    server.beginGracefulShutdown()
    try await running
    try result.get()
  }

  private static let hangingReflection = ServiceDefinition(
    name: "grpc.reflection.v1.ServerReflection",
    methods: [
      MethodDefinition(
        "ServerReflectionInfo",
        .bidirectionalStreaming { _, _, _ in try await Task.sleep(for: .seconds(3600)) }
      )
    ]
  )

  private static let mirror = ServiceDefinition(
    name: "probe.v1.MirrorService",
    methods: [MethodDefinition("Echo", .unary { request, _ in echo(request, "mirrored") })]
  )

  private static let probe = ServiceDefinition(
    name: "probe.v1.ProbeService",
    methods: [
      MethodDefinition(
        "Echo",
        .unary { request, context in
          context.addInitialMetadata("x-answer", "yes")
          context.addInitialMetadata("x-blob-bin", binary: [1, 2])
          context.addTrailingMetadata("x-end", "done")
          return echo(request, context.requestMetadata["x-probe"] ?? "")
        }
      ),
      MethodDefinition("Fail", .unary { request, _ in throw failure(request) }),
      MethodDefinition(
        "Count",
        .serverStreaming { request, responses, _ in
          let last = varint(request, 1)
          for number in stride(from: 1, through: last, by: 1) { try await responses.write(message(1, number)) }
        }
      ),
      MethodDefinition(
        "Sum",
        .clientStreaming { requests, _ in
          var (sum, terms): (Int64, UInt64) = (0, 0)
          for try await request in requests {
            let term = varint(request, 1)
            sum += Int64(bitPattern: term >> 1) ^ -Int64(bitPattern: term & 1)
            terms += 1
          }
          return message(1, UInt64(bitPattern: sum << 1 ^ sum >> 63)) + message(2, terms)
        }
      ),
      MethodDefinition(
        "Chat",
        .bidirectionalStreaming { requests, responses, _ in
          for try await request in requests {
            // The request is a tag, a length and the text.
            let text = String(decoding: request.dropFirst(2), as: UTF8.self).uppercased()
            try await responses.write(Array(request.prefix(2)) + Array(text.utf8))
          }
        }
      ),
      MethodDefinition(
        "Wait",
        .unary { _, _ in
          try await Task.sleep(for: .seconds(3600))
          return []
        }
      ),
    ]
  )

  private static func echo(_ request: [UInt8], _ metadata: String) -> [UInt8] {
    var writer = WireWriter()
    writer.write(1, bytes: request)
    if !metadata.isEmpty { writer.write(2, string: metadata) }
    return writer.bytes
  }

  private static func failure(_ request: [UInt8]) -> GRPCStatus {
    var text = ""
    var reader = WireReader(request)
    while let field = try? reader.next() {
      if field.number == 2 { text = field.string ?? "" }
    }
    return GRPCStatus(
      code: GRPCStatus.Code(rawValue: Int(varint(request, 1))),
      message: text,
      details: [
        .errorInfo(ErrorInfo(reason: "PROBE_FAILED", domain: "probe.v1", metadata: ["b": "2", "a": "1"])),
        .badRequest(BadRequest(fieldViolations: [.init(field: "request.code", description: "is not zero")])),
        .retryInfo(RetryInfo(retryDelay: .milliseconds(1500))),
        .any(typeURL: "type.googleapis.com/probe.v1.CountResponse", value: message(1, 7)),
        .any(typeURL: "type.googleapis.com/no.such.Type", value: [1, 2]),
      ]
    )
  }

  private static func message(_ number: Int32, _ value: UInt64) -> [UInt8] {
    var writer = WireWriter()
    if value != 0 { writer.write(number, varint: value) }
    return writer.bytes
  }

  private static func varint(_ message: [UInt8], _ number: Int32) -> UInt64 {
    var reader = WireReader(message)
    var value: UInt64 = 0
    while let field = try? reader.next() {
      if field.number == number { value = field.varint ?? value }
    }
    return value
  }
}
