import ArgumentParser
import CreditsSocketPath
import Glibc
import UnixGRPC

/// The options shared by all commands: which server to call, and how.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: [.customShort("s"), .long],
    help: ArgumentHelp(
      "The server's socket: a path, or as gRPC names it: unix:PATH, unix:///PATH, unix-abstract:NAME or @NAME.",
      discussion: """
        Without it: $\(CreditsSocket.pathVariable), else $XDG_RUNTIME_DIR/credits/credits.sock, else \
        \(CreditsSocket.systemPath).
        """,
      valueName: "socket"
    ),
    completion: .file()
  )
  var socket: String?

  @Option(
    name: [.customShort("H"), .customLong("header")],
    help: ArgumentHelp(
      "Metadata to send, \"key: value\"; of a key that ends in -bin the value is base64. May be repeated.",
      valueName: "header"
    )
  )
  var headers: [HeaderArgument] = []

  @Option(
    name: .customLong("descriptor-set"),
    help: ArgumentHelp(
      "A file that `protoc --include_imports -o` wrote, instead of the server's reflection. May be repeated.",
      valueName: "file"
    ),
    completion: .file()
  )
  var descriptorSets: [String] = []

  @Option(
    help: ArgumentHelp(
      "How long everything may take, connecting and asking for types included: 250ms, 5s, 2m.",
      discussion: """
        Without it: 5s to connect and for each question about types, 10s for a call with one response, and for ever for \
        streams.
        """,
      valueName: "time"
    )
  )
  var timeout: DurationArgument?

  @Option(
    name: .customLong("max-message-size"),
    help: ArgumentHelp(
      "The largest message to receive: bytes, or 64K, 64M, 1G.",
      discussion: "4M, as is usual with gRPC.",
      valueName: "size"
    )
  )
  var maximumMessageSize: SizeArgument?

  var metadata: Metadata {
    var metadata = Metadata()
    for header in headers { header.add(to: &metadata) }
    return metadata
  }

  func connect() throws(CommandFailure) -> Connection {
    let text = socket ?? CreditsSocket.defaultPath { name in getenv(name).map { String(cString: $0) } }
    guard let name = SocketName(text) else {
      throw .usage("\(text) names no Unix socket: give a path, unix:PATH, unix:///PATH, unix-abstract:NAME or @NAME")
    }
    return try Connection(
      socket: name,
      metadata: metadata,
      timeout: timeout?.duration,
      maximumMessageSize: maximumMessageSize?.byteCount
    )
  }

  /// Returns the source of the server's types: reflection, or the given descriptor sets.
  func schema(_ connection: Connection) throws -> Schema {
    if descriptorSets.isEmpty { return Schema(reflection: ReflectionClient(connection: connection)) }
    return Schema(files: try descriptorSets.flatMap(DescriptorSetFile.read))
  }
}
