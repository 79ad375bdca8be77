import ArgumentParser
import TMSServer

@main
enum Program {
    static func main() async {
        await TMSServerCommand.main()
    }
}
