import ArgumentParser
import ProtobufDescriptors
import UnixGRPC

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the services of a server, or the methods of a service."
  )

  @OptionGroup var connectionOptions: ConnectionOptions

  @Argument(help: "A service, by its full name or the last part of it.")
  var service: String?

  func run() async throws {
    let schema = try connectionOptions.schema(try connectionOptions.connect())
    let palette = Palette(of: .standardOutput)
    guard let service else {
      for name in try await schema.serviceNames() { Terminal.standardOutput.write(name + "\n") }
      return
    }
    let descriptor = try await schema.service(service)
    let names = descriptor.methods.map { "\(descriptor.fullName)/\($0.name)" }
    let width = names.map(\.count).max() ?? 0
    for (name, method) in zip(names, descriptor.methods) {
      let padding = String(repeating: " ", count: width - name.count)
      let request = Self.message(method.inputType, method.isClientStreaming, palette)
      let response = Self.message(method.outputType, method.isServerStreaming, palette)
      Terminal.standardOutput.write("\(palette.name(name))\(padding)  \(request) -> \(response)\n")
    }
  }

  private static func message(_ name: String, _ isStream: Bool, _ palette: Palette) -> String {
    (isStream ? palette.keyword("stream") + " " : "") + palette.type(name)
  }
}
