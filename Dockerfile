# An image of the distribution that `mvn package` leaves in broker/target:
#   mvn -DskipTests package && docker build -t flotilla .
# The base needs glibc, bash with the usual small tools, and Java 17 or newer, found by JAVA_HOME or on the PATH.
ARG BASE_IMAGE=eclipse-temurin:17-jre
FROM ${BASE_IMAGE}

COPY broker/target/flotilla-*/flotilla-* /opt/flotilla/
COPY docker /opt/flotilla/docker/
# Quicker starts with this image's Java.
RUN /opt/flotilla/bin/flotilla warm-up

# Nobody in particular; a volume or directory mounted for the data must let it write.
ARG USER_ID=10001
RUN mkdir -p /etc/flotilla /var/lib/flotilla && chown ${USER_ID} /var/lib/flotilla
USER ${USER_ID}
VOLUME /var/lib/flotilla
WORKDIR /var/lib/flotilla

# Clients and brokers; metrics and health.
EXPOSE 9092 9644
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["/opt/flotilla/docker/health"]
ENTRYPOINT ["/opt/flotilla/docker/entrypoint"]
