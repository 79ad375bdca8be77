package import TMSAPI
package import TMSStore

package struct SystemRules: Sendable {
    package let version: Version

    package func hello(_ call: Call<Hello, Nothing>, _ lane: StoreLane, _ respond: Respond<Greeting>) {
        respond(.success(Greeting(call.parameters.name.map { "hello, \($0)!" } ?? "hello!")))
    }
}
